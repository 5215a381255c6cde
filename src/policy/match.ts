import type { ActionKind, Known, RuntimeAction, SqlOperation } from './action.ts';
import { commandFields } from './match-command.ts';
import { type Field, nameField, type PatternFault } from './match-field.ts';
import { httpFields } from './match-http.ts';
import { sqlFields } from './match-sql.ts';
import type { MatcherSpec } from './schema/rules.ts';
import { type Answer, allOf, no, yes } from './three-valued.ts';
import type { Resolution } from './verdict.ts';

/**
 * Whether a yes makes things stricter (hold, deny, check) or looser (allow, unless). A strict matcher takes every
 * reading of a name, a loose one only what is certain.
 */
export type Leaning = 'strict' | 'loose';

/** One operation of a runtime action; kinds other than sql have a single unit without operation. */
export interface Unit {
  readonly action: RuntimeAction;
  readonly operation: SqlOperation | null;
  /** How the session resolves this operation's tables; null while nobody asked. */
  readonly relations: Known<readonly Resolution[]> | null;
  /** Why the statement is not understood as a whole; then this unit stands for the rest of it. */
  readonly notUnderstood: string | null;
}

export interface Matcher {
  readonly kind: ActionKind;
  match(unit: Unit, leaning: Leaning): Answer;
}

/** Compiles a matcher. `fault` is told of each pattern that cannot be compiled, with its place. */
export function compileMatcher(spec: MatcherSpec, fault: PatternFault): Matcher {
  if ('sql' in spec) return matcher('sql', sqlFields(spec.sql, fault));
  if ('http' in spec) return matcher('http', httpFields(spec.http, fault));
  if ('command' in spec) return matcher('command', commandFields(spec.command, fault));
  return matcher('call', [
    ...nameField('name', spec.call.name, fault, 'call'),
    ...nameField('target', spec.call.target, fault, 'call'),
  ]);
}

/** Fields are asked in order until one says no, so that what is certain comes before what costs a question. */
function matcher(kind: ActionKind, fields: readonly Field[]): Matcher {
  return {
    kind,
    match: (unit, leaning) =>
      unit.action.kind === kind
        ? allOf([() => yes(`it is ${kind}`), ...fields.map((field) => () => field(unit, leaning))])
        : no(`it is no ${kind}`),
  };
}

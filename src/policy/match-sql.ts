import type { SqlOperation, TableName } from './action.ts';
import type { Unit } from './match.ts';
import { compileEach, type Field, nameField, type PatternFault, patternsOf } from './match-field.ts';
import { compileName, fullName, mayFit, type NamePattern, surelyFits } from './name-pattern.ts';
import { type Pattern, plainNames } from './pattern.ts';
import type { MatcherSpec } from './schema/rules.ts';
import { type Answer, allOf, no, unknown, yes } from './three-valued.ts';

type SqlSpec = Extract<MatcherSpec, { sql: unknown }>['sql'];

/** Thrown inside a match that cannot go on without the session's resolution of names. */
export class NeedsRelations extends Error {}

export function sqlFields(spec: SqlSpec, fault: PatternFault): Field[] {
  const fields = nameField('target', spec.target, fault, 'sql');
  if (spec.operation !== undefined) {
    const verbs = new Set<string>(typeof spec.operation === 'string' ? [spec.operation] : spec.operation);
    fields.push(understood(({ operation }) => answer(verbs.has(operation), 'operation', operation)));
  }
  const columns = patternsOf(spec.column, plainNames, ['sql', 'column'], fault);
  if (columns !== null) fields.push(understood((operation, _, loose) => column(operation, columns, loose)));
  const functions = compileEach(spec.function, compileName, ['sql', 'function'], fault);
  if (functions !== null)
    fields.push(understood((operation, _, loose) => called(operation, functions, loose)));
  const tables = compileEach(spec.table, compileName, ['sql', 'table'], fault);
  if (tables !== null) {
    fields.push(
      understood((operation, unit, loose) =>
        loose
          ? allOf([
              () => (operation.tables.length === 0 ? no('it names no table') : yes('')),
              ...operation.tables.map((table, index) => () => surely(unit, table, index, tables)),
            ])
          : maybe(operation.tables, tables),
      ),
    );
  }
  return fields;
}

/** A field of an operation; of what is not understood it says unknown. */
function understood(field: (operation: SqlOperation, unit: Unit, loose: boolean) => Answer): Field {
  return (unit, leaning) => {
    const { operation, notUnderstood } = unit;
    if (operation === null) return notUnderstood === null ? no('it does nothing') : unknown(notUnderstood);
    return field(operation, unit, leaning === 'loose');
  };
}

function answer(fits: boolean, what: string, met: string): Answer {
  return fits ? yes(`${what} ${met}`) : no(`${what} is ${met}`);
}

/** Strict: one column fits. Loose: all of them do. `*` stands for columns that the statement does not name. */
function column({ columns }: SqlOperation, pattern: Pattern, loose: boolean): Answer {
  const named = columns.filter((name) => name !== '*');
  const open = named.length < columns.length;
  if (!loose) {
    const met = named.find(pattern);
    if (met !== undefined) return yes(`column ${met}`);
    return open ? unknown('the columns are not named') : no(`columns are ${named.join(', ') || 'none'}`);
  }
  if (open) return unknown('the columns are not named');
  return answer(named.length > 0 && named.every(pattern), 'column', named.join(', ') || 'none');
}

/** A function's name cannot be resolved, so a name without a schema fits a pattern with one only strictly. */
function called(operation: SqlOperation, patterns: readonly NamePattern[], loose: boolean): Answer {
  const name = operation.function;
  if (name === null) return no('it calls no function');
  const fits = patterns.some((pattern) =>
    loose && (name.schema === null) !== (pattern.schema === null) ? false : mayFit(pattern, name),
  );
  return answer(fits, 'function', fullName(name));
}

function maybe(tables: readonly TableName[], patterns: readonly NamePattern[]): Answer {
  const met = tables.find((table) => patterns.some((pattern) => mayFit(pattern, table)));
  if (met !== undefined) return yes(`table ${fullName(met)}`);
  return no(tables.length === 0 ? 'it names no table' : `tables are ${tables.map(fullName).join(', ')}`);
}

function surely(unit: Unit, table: TableName, index: number, patterns: readonly NamePattern[]): Answer {
  // a name that fits under no schema needs no session to say no
  if (!patterns.some((pattern) => mayFit(pattern, table))) return no(`table is ${fullName(table)}`);
  if (unit.relations === null) throw new NeedsRelations();
  if (!unit.relations.known) return unknown(unit.relations.why);
  const resolved = unit.relations.value[index] ?? null;
  if (resolved === null) return unknown(`the session does not know a relation ${fullName(table)}`);
  // an exemption of a table is none of whatever a view of that name leads to
  if (resolved.standsForOthers) return unknown(`${fullName(resolved)} is a view or a foreign table`);
  return fits(resolved, patterns);
}

function fits(table: TableName, patterns: readonly NamePattern[]): Answer {
  return answer(
    patterns.some((pattern) => surelyFits(pattern, table)),
    'table',
    fullName(table),
  );
}

import type { ActionForm } from '../approval/form.ts';
import type { Known, SqlAction, Target } from './action.ts';
import type { PatternFault } from './match-field.ts';
import { patternsOf } from './match-field.ts';
import type { Policy } from './parse.ts';
import { hostNames, type Pattern, plainNames } from './pattern.ts';
import type { GuardsSpec } from './schema/guards.ts';
import type { TargetSpec } from './schema/targets.ts';
import {
  carriesRun,
  inContainer,
  isLoopback,
  mayWrite,
  type ServerIdentity,
  type Surroundings,
} from './server-identity.ts';
import { type Answer, no, unknown, yes } from './three-valued.ts';
import type { RuleRef } from './verdict.ts';

/**
 * The built-in guard `target-identity`: the first write to a PostgreSQL server that is not proven to be thrown
 * away waits for a person, who is shown who the server itself says that it is. An approval covers the server
 * and database for the pull request, not each statement.
 *
 * Each layer of the policy judges by its own words about targets: what a repository says of its targets does
 * not release them from its organisation's guard.
 */
export interface TargetGuard {
  readonly hosts: Pattern | null;
  readonly databases: Pattern | null;
  readonly targets: Readonly<Record<string, TargetSpec>>;
}

export function compileGuard(
  spec: GuardsSpec['target-identity'],
  targets: Readonly<Record<string, TargetSpec>>,
  fault: PatternFault,
): TargetGuard | null {
  if (spec === undefined || spec === false) return null;
  const patterns = spec === true ? {} : spec;
  const path = (name: string) => ['guards', 'target-identity', name];
  return {
    hosts: patternsOf(patterns['disposable-hosts'], hostNames, path('disposable-hosts'), fault),
    databases: patternsOf(patterns['disposable-databases'], plainNames, path('disposable-databases'), fault),
    targets,
  };
}

/** The guards that a statement has to pass; none for what only reads. */
export function guardsFor(policy: Policy, action: SqlAction): { guard: TargetGuard; rule: RuleRef }[] {
  const found = policy.layers.flatMap(({ guard, builtins }) =>
    guard === null ? [] : [{ guard, rule: builtins.targetIdentity.ref }],
  );
  return found.length > 0 && mayWrite(action) ? found : [];
}

/** Whether a guard holds a target: yes with what is known against it, no with the proof, or unknown. */
export function holdsTarget(
  guard: TargetGuard,
  target: Target,
  surroundings: Surroundings,
  server: Known<ServerIdentity> | null,
): Answer {
  const words = Object.hasOwn(guard.targets, target.name) ? guard.targets[target.name] : undefined;
  const declared = target.declared && words !== undefined && 'postgres' in words ? words : null;
  if (declared?.disposable === true) return no(`the policy says that ${target.name} is disposable`);
  const pinned = declared?.server;
  // a policy that names the server wants that one, whatever its address looks like
  if (pinned === undefined) {
    const proof = provenByName(guard, target, surroundings);
    if (proof !== null && declared?.disposable !== false) return no(proof);
  }
  if (server === null) return unknown('the server was not asked who it is');
  if (!server.known) return unknown(server.why);
  if (pinned !== undefined) return answersAs(pinned, target, server.value);
  if (declared?.disposable !== false && inContainer(server.value.address, surroundings)) {
    return no(`its server ${server.value.address} runs in a container of this run's own machine`);
  }
  if (declared === null) return yes(`the policy does not declare ${target.name}`);
  return yes(
    declared.disposable === false
      ? `${target.name} lives on`
      : `${target.name} is not proven to be disposable`,
  );
}

function provenByName(guard: TargetGuard, target: Target, surroundings: Surroundings): string | null {
  const host = target.host ?? '';
  const database = target.database ?? '';
  const given = guard.hosts !== null || guard.databases !== null;
  const fits = (guard.hosts?.(host.toLowerCase()) ?? true) && (guard.databases?.(database) ?? true);
  if (given && fits) return `the policy's patterns say that ${host}/${database} is disposable`;
  // a forwarded port is on loopback too, so the name of the run has to stand in the database's own
  if (isLoopback(target.host) && carriesRun(database, surroundings))
    return `${database} was made by this run`;
  return null;
}

function answersAs(
  pinned: { readonly 'system-identifier': string; readonly database: string },
  target: Target,
  server: ServerIdentity,
): Answer {
  const same = pinned['system-identifier'] === server.systemIdentifier && pinned.database === server.database;
  return same
    ? no(`it is the server that the policy names for ${target.name}`)
    : yes(
        `${target.name} is not the server that the policy names (database ${pinned.database}, system identifier ${pinned['system-identifier']})`,
      );
}

/** `10.0.3.4:5432, database app, system identifier 7412…`: the evidence, in the server's own words. */
export function serverText({ address, port, database, systemIdentifier }: ServerIdentity): string {
  const at = address === null ? 'a Unix socket' : `${address}:${port ?? '?'}`;
  return `${at}, database ${database}, system identifier ${systemIdentifier}`;
}

/** What an approval of the guard binds: where it was reached, the database, and the cluster. */
export function guardForm(
  target: Target,
  server: Known<ServerIdentity>,
  rules: ActionForm['rules'],
): ActionForm {
  const text = (name: string, value: string | null) =>
    ({ name, type: value === null ? 'null' : 'string', text: value ?? '', selects: true }) as const;
  const { database, systemIdentifier } = server.known
    ? server.value
    : { database: null, systemIdentifier: null };
  return {
    kind: 'sql',
    target: target.identity.slice(0, 500),
    role: null,
    relations: null,
    shape: ['-- write to the database ', ' of the PostgreSQL server with the system identifier ', ''],
    values: [text('database', database), text('system-identifier', systemIdentifier)],
    rules: [...rules].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)),
  };
}

import { actionId, fingerprint, runIdLength } from '../approval/fingerprint.ts';
import type { Known, RunContext, RuntimeAction, SqlAction } from '../policy/action.ts';
import type { Ruling, TransactionScope } from '../policy/judge.ts';
import { rememberServer } from '../policy/remember.ts';
import { nowhere, type ServerIdentity } from '../policy/server-identity.ts';
import { guardForm, guardsFor, holdsTarget, serverText } from '../policy/target-identity.ts';
import type { Answer } from '../policy/three-valued.ts';
import type { RuleRef } from '../policy/verdict.ts';
import { redactText } from '../report/redaction.ts';
import type { Flagged } from '../report/schema.ts';
import type { JudgeOptions } from './judge.ts';
import { deniedAlone, refused } from './rulings.ts';

/** Servers that a grant released in this run, by fingerprint. */
export type Released = Set<string>;

/**
 * The ruling of the guard `target-identity` on a statement that its rules let `own` say: the same one when the
 * server is proven or released, else a refusal that stands for the server. A statement that would be held for
 * its own sake too is reported as well, so that people see both at once.
 */
export async function guardTarget(
  options: JudgeOptions,
  released: Released,
  action: RuntimeAction,
  run: RunContext,
  scope: TransactionScope | null,
  own: Ruling,
): Promise<Ruling> {
  if (action.kind !== 'sql' || own.outcome === 'denied') return own;
  const flagged = await flaggedByGuard(options, action, run, scope);
  if (flagged === null || released.has(flagged.fingerprint)) return own;
  if (options.policy.mode === 'record') {
    released.add(flagged.fingerprint);
    report(options, { ...flagged, outcome: 'would-hold' });
    return own;
  }
  const found =
    flagged.unbindable === null
      ? await options.grants.find({
          id: flagged.id,
          fingerprint: flagged.fingerprint,
          form: flagged.form,
          reason: flagged.reason,
          remember: () => options.recorder.remembered(flagged.fingerprint),
        })
      : ({ kind: 'none', problem: null } as const);
  if (found.kind === 'granted') {
    released.add(flagged.fingerprint);
    // reported also when the statement is then held for its own sake: the approval stands while it is reported
    report(options, { ...flagged, outcome: 'granted', grant: found.grant.binds });
    return own;
  }
  const problem = found.kind === 'none' ? found.problem : null;
  if (found.kind === 'none' && options.withoutPullRequest === 'allow') {
    if (problem !== null) options.recorder.notice(problem);
    released.add(flagged.fingerprint);
    report(options, { ...flagged, outcome: 'unapproved' });
    return own;
  }
  const ended: Flagged =
    found.kind === 'denied'
      ? { ...flagged, outcome: 'denied', deniedBy: found.by }
      : options.withoutPullRequest === 'deny'
        ? deniedAlone(flagged)
        : flagged;
  const refusal = refused(options, action, run.step, ended, problem);
  return {
    ...refusal,
    settle(settlement, latencyMs) {
      refusal.settle(settlement, latencyMs);
      // what was let through by itself did not run either
      own.settle(own.outcome === 'allow' ? 'void' : settlement);
    },
  };
}

function report({ recorder, onFlagged }: JudgeOptions, flagged: Flagged): void {
  recorder.flag(flagged);
  onFlagged(flagged);
}

async function flaggedByGuard(
  options: JudgeOptions,
  action: SqlAction,
  run: RunContext,
  scope: TransactionScope | null,
): Promise<Flagged | null> {
  const guards = guardsFor(options.policy, action);
  if (guards.length === 0) return null;
  const surroundings = options.surroundings ?? nowhere;
  const judged = (server: Known<ServerIdentity> | null) =>
    guards
      .map(({ guard, rule }) => ({ rule, answer: holdsTarget(guard, action.target, surroundings, server) }))
      .filter(({ answer }) => answer.answer !== 'no');
  // asking costs a round trip, which nobody pays for what its name proves
  if (judged(null).length === 0) return null;
  const server: Known<ServerIdentity> =
    scope?.identify === undefined
      ? { known: false, why: 'the server cannot be asked here who it is' }
      : await scope.identify();
  const holding = judged(server);
  if (holding.length === 0) return null;
  const flagged = flaggedAs(options, action, run, server, holding);
  if (server.known) {
    const rules = holding.map(({ rule }) => rule);
    const proposals = rememberServer(options.policy, action.target, server.value, rules);
    options.recorder.propose(flagged, action, proposals, options.editLink ?? (() => null));
  }
  return flagged;
}

function flaggedAs(
  options: JudgeOptions,
  action: SqlAction,
  run: RunContext,
  server: Known<ServerIdentity>,
  holding: readonly { readonly rule: RuleRef; readonly answer: Answer }[],
): Flagged {
  const rules = holding.map(({ rule: { id, digest } }) => ({ id, digest }));
  const form = guardForm(action.target, server, rules);
  const print = fingerprint(form);
  const clean = (text: string, max: number) => redactText(text, options.secrets).slice(0, max);
  const why = [...new Set(holding.map(({ answer }) => answer.why))].join('; ');
  const evidence = server.known ? ` The server says: ${serverText(server.value)}` : '';
  return {
    id: actionId(print, options.idLength ?? runIdLength),
    fingerprint: print,
    form,
    outcome: 'held',
    grant: null,
    deniedBy: null,
    target: action.target.name.slice(0, 300),
    reason: clean(`First write to ${action.target.identity}: ${why}.${evidence}`, 2000),
    unknown: server.known ? [] : [clean(server.why, 1000)],
    checks: [],
    trace: holding.map(({ rule, answer }) => ({
      rule: rule.id,
      answer: answer.answer,
      why: clean(answer.why, 1000),
    })),
    // an approval of a server that nobody knows would be an approval of any
    unbindable: server.known ? null : clean(server.why, 1000),
    count: 1,
    steps: [run.step],
    origin: action.origin,
    ruleAt: null,
    firstAt: new Date(options.now()).toISOString(),
  };
}

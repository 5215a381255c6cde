import type { Account } from '../approval/authority.ts';
import type { Fact, RecordedFact, ReportedAction } from '../approval/facts.ts';
import { type GateState, gateState } from '../approval/gate.ts';
import { involvementNotes } from '../approval/involvement.ts';
import type { PullState } from '../approval/state.ts';
import { tally } from '../approval/tally.ts';
import { withWorkflowRule } from '../approval/workflow-change.ts';
import { JitError } from '../errors.ts';
import type { AppGitHub, PullRequest } from '../github/port.ts';
import type { PullKey } from '../ledger/port.ts';
import type { BaseReports } from './base-comparison.ts';
import type { Desk } from './desk.ts';
import type { GatePolicy } from './gate-policy.ts';
import type { Ownership } from './owners.ts';
import type { BaseRun } from './surroundings.ts';

/** One reconciliation of one pull request: what it has read, and its one sense of time. */
export interface Pass {
  readonly key: PullKey;
  readonly installation: number;
  readonly desk: Omit<Desk, 'wake'>;
  readonly github: AppGitHub;
  readonly pull: PullRequest;
  readonly policy: GatePolicy;
  /** What the pull request itself holds: changes of its own workflows. */
  readonly gateHolds: readonly ReportedAction[];
  readonly ownership: Ownership;
  /** Whom commits of the pull request name; read where somebody has voted. */
  readonly named: readonly Account[];
  /** Jobs that report on the base branch. */
  readonly expected: readonly { readonly workflow: string; readonly job: string }[];
  /** The base branch's last runs, and what has been read of their reports. */
  readonly base: { readonly runs: readonly BaseRun[]; readonly reports: BaseReports };
  /** Milliseconds since the epoch, and the same as an instant. */
  readonly now: number;
  readonly at: string;
}

export function factsOf(pass: Pass): Promise<readonly RecordedFact[]> {
  return pass.desk.ledger.facts(pass.key);
}

/** Nothing is marked dirty when there is nothing to record. */
export async function record(pass: Pass, facts: readonly Fact[]): Promise<void> {
  if (facts.length > 0) await pass.desk.ledger.record(pass.key, facts, null, pass.installation);
}

/** The state of one head; of the current one unless told otherwise. `runsOn`: see TallyOptions. */
export function stateOf(
  pass: Pass,
  facts: readonly RecordedFact[],
  head?: string,
  runsOn?: string,
): PullState {
  const { policy, gateHolds, ownership, now } = pass;
  const requirementsOf = withWorkflowRule(policy.requirementsOf, policy.defaults);
  const options = {
    gateHolds,
    policy: policy.blobs,
    codeowners: ownership.sources,
    ...(head !== undefined && { head }),
    ...(runsOn !== undefined && { runsOn }),
  };
  const state = tally(facts, requirementsOf, now, options);
  if (state === null) {
    throw new JitError('app-no-pull', `No fact says what ${pass.key.repository}#${pass.key.number} is.`);
  }
  return state;
}

export function gateOf(pass: Pass, state: PullState): GateState {
  const { policy, expected, now, ownership, named } = pass;
  const { workflows, unreported, problem, notes } = policy;
  const gate = gateState({ state, workflows, unreported, expected, now });
  if (problem !== null) {
    return {
      ...gate,
      status: 'completed',
      conclusion: 'failure',
      title: problem.title,
      sentences: problem.lines,
    };
  }
  return { ...gate, notes: [...notes, ...ownership.notes, ...gate.notes, ...involvementNotes(state, named)] };
}

import type { ReportedAction, VoteFact } from './facts.ts';
import type { Decisions } from './grant.ts';
import type { Pull } from './pull.ts';
import type { HoldRequirement } from './requirement.ts';

/** Where a held runtime action stands. `superseded`: no longer reported on this head, so it blocks nothing. */
export type HoldStatus = 'held' | 'approved' | 'denied' | 'expired' | 'revoked' | 'superseded';

/** One requirement of one rule, and who has met how much of it. */
export interface RequirementState {
  readonly requirement: HoldRequirement;
  /** Logins of the distinct people whose approval counts now. */
  readonly by: readonly string[];
  readonly met: boolean;
}

/** A report that shows the action in the latest execution of its job on this head. */
export interface Sighting {
  readonly runId: number;
  readonly attempt: number;
  readonly job: string;
  readonly outcome: ReportedAction['outcome'];
  readonly count: number;
  /** Where GitHub keeps the report. */
  readonly artifactId: number;
  /** Place of the report in the ledger. */
  readonly sequence: number;
}

/** A job that still runs and says that it waits for the decision. */
export interface LiveSighting {
  readonly runId: number;
  readonly attempt: number;
  readonly job: string;
  /** ISO 8601 instant at which it goes on without one. */
  readonly until: string;
}

/** A runtime action of the pull request and what people have said of it. */
export interface HoldState {
  readonly fingerprint: string;
  /** Published id, or null while none is published. */
  readonly id: string | null;
  /** As it was reported last. */
  readonly action: ReportedAction;
  /** `report`: a job met it. `gate`: the pull request itself did (its workflows changed); nothing runs. */
  readonly origin: 'report' | 'gate';
  readonly status: HoldStatus;
  /** What the votes say, whether or not it is still reported. */
  readonly decision: Exclude<HoldStatus, 'superseded'>;
  /** One sentence for people: why it is so. */
  readonly sentence: string;
  /** Why nobody can approve it (policy denies it, rule changed, cannot be bound); null when people can. */
  readonly blocked: string | null;
  readonly requirements: readonly RequirementState[];
  /** Approvals that count now, and the denial that stands. */
  readonly approvals: readonly VoteFact[];
  readonly denial: VoteFact | null;
  /** How often somebody denied or revoked it: what was shown before the last time is not what waits now. */
  readonly setbacks: number;
  /** Place in the ledger of the vote that settled it; null while undecided. */
  readonly decidedAt: number | null;
  /** Milliseconds since the epoch when the approval lapses; null when it does not, or there is none. */
  readonly expires: number | null;
  /** Latest executions on this head; empty when superseded or from the gate. */
  readonly seen: readonly Sighting[];
  /** The running job that claims to wait for it; null when none does. */
  readonly live: LiveSighting | null;
  /** Executions in one job, over all values that one approval covers. Highest of the jobs. */
  readonly executions: number;
  /** Fields for which Approve varying is offered. */
  readonly varying: readonly string[];
}

/** The latest attempt known of a run on this head. */
export interface RunState {
  readonly runId: number;
  readonly attempt: number;
  readonly workflow: string;
  readonly status: string;
  readonly conclusion: string | null;
  /** Ids of jobs in earlier attempts that were executed again. */
  readonly executedAgain: readonly number[];
  readonly sequence: number;
}

/** The latest report of a job on this head. */
export interface JobState {
  readonly workflow: string | null;
  readonly job: string;
  readonly runId: number;
  readonly attempt: number;
  /** Null where the platform does not tell it. */
  readonly checkRunId: number | null;
  readonly invalid: string | null;
  readonly result: 'passed' | 'failed' | 'held' | 'denied' | null;
  readonly notices: readonly string[];
  readonly sequence: number;
}

/** A request to run again, by its latest outcome. */
export interface RerunState {
  readonly runId: number;
  readonly attempt: number;
  readonly outcome: 'asked' | 'done' | 'refused';
  readonly words: string | null;
  /** Place in the ledger of the first word about it. */
  readonly sequence: number;
}

/** Everything that the facts of one pull request say about one of its heads. */
export interface PullState extends Pull {
  /** All flagged actions of the pull request in the order in which they appeared. */
  readonly holds: readonly HoldState[];
  /** See `set-id.ts`; empty until the first fact about it. */
  readonly salt: string;
  /** What this head itself held was noted while it was the pull request's. */
  readonly looked: boolean;
  readonly runs: readonly RunState[];
  readonly jobs: readonly JobState[];
  readonly reruns: readonly RerunState[];
  /** Contradictions that no honest run leaves behind, as sentences; each fails the gate. */
  readonly problems: readonly string[];
  /** What a runner on this head may rely on. */
  readonly decisions: Decisions;
  /** When time alone changes this state next (an approval lapses); null when it does not. */
  readonly nextChange: number | null;
}

import type { Conclusion, Concurrency, PlannedJob, RunnerAnnotation } from './contract.ts';
import type { Account, App, Repository } from './model.ts';

/** What the sandbox remembers of checks and of workflow runs; of everything else model.ts does. */

export interface Workflow {
  readonly id: number;
  readonly path: string;
  name: string;
  readonly createdAt: Date;
  runs: number;
}

export interface CheckSuite {
  readonly id: number;
  readonly repository: Repository;
  readonly app: App;
  readonly headSha: string;
  readonly headBranch: string | null;
  readonly before: string | null;
  readonly createdAt: Date;
  updatedAt: Date;
}

export const checkConclusions = [
  'action_required',
  'cancelled',
  'failure',
  'neutral',
  'success',
  'skipped',
  'stale',
  'timed_out',
] as const;
export type CheckConclusion = (typeof checkConclusions)[number];

export interface Annotation {
  readonly path: string;
  readonly startLine: number;
  readonly endLine: number;
  readonly startColumn: number | null;
  readonly endColumn: number | null;
  readonly level: 'notice' | 'warning' | 'failure';
  readonly message: string;
  readonly title: string | null;
  readonly rawDetails: string | null;
}

export interface CheckAction {
  readonly label: string;
  readonly description: string;
  readonly identifier: string;
}

export interface CheckRun {
  readonly id: number;
  readonly suite: CheckSuite;
  /** The workflow job that this check run mirrors. */
  readonly jobId: number | null;
  name: string;
  externalId: string;
  detailsUrl: string | null;
  status: 'queued' | 'in_progress' | 'completed';
  conclusion: CheckConclusion | null;
  startedAt: Date;
  completedAt: Date | null;
  title: string | null;
  summary: string | null;
  text: string | null;
  actions: readonly CheckAction[];
  readonly annotations: Annotation[];
}

type JobStatus = 'queued' | 'in_progress' | 'completed';

export interface Step {
  readonly number: number;
  readonly name: string;
  status: 'in_progress' | 'completed';
  conclusion: Conclusion | null;
  readonly startedAt: Date;
  completedAt: Date | null;
}

export interface Job {
  /** Equal to the id of its check run, as on GitHub. */
  readonly id: number;
  readonly run: Run;
  readonly attempt: number;
  readonly plan: PlannedJob;
  readonly checkRun: CheckRun;
  readonly createdAt: Date;
  /** Copied from the attempt before: it did not run in this one. */
  readonly carried: boolean;
  status: JobStatus;
  conclusion: Conclusion | null;
  startedAt: Date;
  completedAt: Date | null;
  outputs: Readonly<Record<string, string>>;
  /** It failed, and `continue-on-error` keeps the run from failing by it. */
  tolerated: boolean;
  readonly log: string[];
  readonly steps: Map<number, Step>;
  readonly annotations: RunnerAnnotation[];
  readonly summaries: string[];
}

export interface Attempt {
  readonly number: number;
  readonly triggeredBy: Account;
  readonly startedAt: Date;
  readonly debug: boolean;
  status: JobStatus;
  conclusion: Conclusion | 'startup_failure' | null;
  readonly jobs: Job[];
  readonly abort: AbortController;
}

export interface Run {
  readonly id: number;
  readonly repository: Repository;
  readonly workflow: Workflow;
  readonly workflowText: string;
  readonly number: number;
  readonly suite: CheckSuite;
  readonly eventName: string;
  readonly event: Readonly<Record<string, unknown>>;
  readonly actor: Account;
  readonly headRepository: Repository;
  readonly headSha: string;
  readonly headBranch: string;
  /** What the jobs check out: the test merge for pull_request. */
  readonly sha: string;
  readonly ref: string;
  readonly headRef: string | null;
  readonly baseRef: string | null;
  readonly title: string;
  readonly createdAt: Date;
  updatedAt: Date;
  readonly concurrency: Concurrency | null;
  /** Why the workflow file could not be planned. */
  readonly problem: string | null;
  readonly attempts: Attempt[];
}

export interface Artifact {
  readonly id: number;
  readonly run: Run;
  readonly attempt: number;
  readonly name: string;
  readonly zip: Uint8Array;
  readonly digest: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

import type { ArtifactStore, Conclusion, JobObserver, JobRequest } from '../contract.ts';
import type { Folders } from './folders.ts';
import type { Masker } from './masker.ts';
import type { RunnerOptions } from './options.ts';
import type { ProcessLedger } from './orphans.ts';
import type { JobDefinition, Workflow } from './workflow.ts';

export type Status = 'success' | 'failure' | 'cancelled';

/** One job while it runs: what its steps share. */
export interface Job {
  readonly request: JobRequest;
  readonly options: RunnerOptions;
  readonly workflow: Workflow;
  readonly definition: JobDefinition;
  readonly observer: JobObserver;
  readonly artifacts: ArtifactStore;
  readonly checkout: (sha: string, folder: string) => Promise<void>;
  readonly folders: Folders;
  readonly masker: Masker;
  readonly processes: ProcessLedger;
  /** Aborted when the job is cancelled or out of time. */
  readonly signal: AbortSignal;
  /** Contexts that are the same for every step. */
  readonly contexts: Readonly<Record<string, unknown>>;
  /** `env` of workflow and job, then what steps wrote to GITHUB_ENV. */
  readonly environment: Map<string, string>;
  /** Folders that steps wrote to GITHUB_PATH, newest last. */
  readonly path: string[];
  /** Cleanups that actions registered, run in reverse order at the end. */
  readonly posts: PostStep[];
  /** `job.status`; only gets worse. */
  status: Status;
}

interface PostStep {
  readonly name: string;
  readonly condition: string;
  readonly run: (signal: AbortSignal) => Promise<Conclusion>;
}

const badness: Readonly<Record<Status, number>> = { success: 0, failure: 1, cancelled: 2 };

export function worse(a: Status, b: Status): Status {
  return badness[b] > badness[a] ? b : a;
}

/** A step that cannot go on, with the sentence for its log; its exit is a failure. */
export class StepFailure extends Error {
  override readonly name = 'StepFailure';
}

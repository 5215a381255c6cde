/**
 * Between the sandbox's GitHub (REST, webhooks, pages) and its runner (executes workflow jobs in child
 * processes). GitHub owns state; the runner gets a job, does it, and tells what happens as it happens.
 */

/** One job of a workflow as the runner planned it from the YAML; a matrix gives several. */
export interface PlannedJob {
  /** Key under `jobs:`. */
  readonly key: string;
  /** What GitHub shows: `name:` or the key, with matrix values in parentheses. */
  readonly name: string;
  readonly needs: readonly string[];
  readonly matrix: Readonly<Record<string, unknown>>;
  /** `strategy.job-index` and `strategy.job-total`. */
  readonly index: number;
  readonly total: number;
  /** `strategy.fail-fast`: when one job of the matrix fails, the others are cancelled. Absent: they are not. */
  readonly failFast?: boolean;
  readonly concurrency?: Concurrency | null;
}

/** `concurrency:` of a workflow or job, its expressions evaluated. */
export interface Concurrency {
  readonly group: string;
  readonly cancelInProgress: boolean;
}

export interface PlannedWorkflow {
  readonly name: string;
  /** Whether `on:` lets this event (with its activity type, branches and paths) start it. */
  readonly jobs: readonly PlannedJob[];
  readonly concurrency?: Concurrency | null;
}

export interface JobRequest {
  readonly job: PlannedJob;
  readonly jobId: number;
  readonly runId: number;
  readonly runNumber: number;
  readonly attempt: number;
  readonly repository: string;
  readonly repositoryId: number;
  /** `.github/workflows/x.yml` and its text at `sha`. */
  readonly workflowPath: string;
  readonly workflowText: string;
  /** Merge commit for pull_request; and its ref, `refs/pull/N/merge`. */
  readonly sha: string;
  readonly ref: string;
  readonly headRef: string | null;
  readonly baseRef: string | null;
  readonly eventName: string;
  readonly event: Readonly<Record<string, unknown>>;
  readonly actor: string;
  readonly triggeringActor: string;
  /** GITHUB_TOKEN of this job, with the permissions that `permissions:` asks for. */
  readonly token: string;
  readonly secrets: Readonly<Record<string, string>>;
  /** Where this job requests ID tokens; null where it may not, whatever its workflow says. */
  readonly idToken: { readonly url: string; readonly token: string } | null;
  readonly serverUrl: string;
  readonly apiUrl: string;
  /** Results and outputs of jobs in `needs`. */
  readonly needs: Readonly<
    Record<string, { readonly result: string; readonly outputs: Readonly<Record<string, string>> }>
  >;
  readonly debug: boolean;
}

export interface RunnerAnnotation {
  readonly level: 'notice' | 'warning' | 'failure';
  readonly message: string;
  readonly title: string | null;
  readonly path: string;
  readonly startLine: number;
  readonly endLine: number;
}

export type Conclusion = 'success' | 'failure' | 'cancelled' | 'skipped';

/** What the runner tells while a job runs. */
export interface JobObserver {
  /** A line of the job's log, masked. */
  log(line: string): void;
  step(step: {
    readonly number: number;
    readonly name: string;
    readonly status: 'in_progress' | 'completed';
    readonly conclusion: Conclusion | null;
  }): void;
  annotation(annotation: RunnerAnnotation): void;
  /** Markdown of one step's GITHUB_STEP_SUMMARY. */
  summary(markdown: string): void;
}

export interface JobResult {
  readonly conclusion: Conclusion;
  readonly outputs: Readonly<Record<string, string>>;
  /** Set when the job failed and its `continue-on-error` keeps the workflow from failing by it. */
  readonly tolerated?: boolean;
}

export interface ArtifactStore {
  /** Throws on a name that this run already has from this job and attempt. Returns the artifact's id. */
  upload(runId: number, name: string, zip: Uint8Array, retentionDays: number): number;
  /** All artifacts of a run, newest last; a re-run may hold one name twice. */
  list(runId: number): readonly { readonly id: number; readonly name: string }[];
  download(id: number): Uint8Array;
  /** Removes the newest artifact of that name, for `overwrite: true`; no error when there is none. */
  remove?(runId: number, name: string): void;
}

export interface Runner {
  /**
   * What `on:` and `jobs:` of a workflow say for this event; null when the event does not start it. `github` holds
   * further entries of that context: ref, head_ref, …
   */
  plan(
    workflowText: string,
    eventName: string,
    event: Readonly<Record<string, unknown>>,
    github?: Readonly<Record<string, unknown>>,
  ): PlannedWorkflow | null;
  /** Permissions that GITHUB_TOKEN gets in this job, from `permissions:`. */
  permissions(workflowText: string, jobKey: string): Readonly<Record<string, 'read' | 'write'>>;
  /** Runs one job to its end. `checkout` puts the repository at a sha into a folder; `signal` cancels. */
  run(
    request: JobRequest,
    observer: JobObserver,
    artifacts: ArtifactStore,
    checkout: (sha: string, folder: string) => Promise<void>,
    signal: AbortSignal,
  ): Promise<JobResult>;
}

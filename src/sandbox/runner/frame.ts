import type { Conclusion } from '../contract.ts';
import type { Issues } from './issues.ts';
import type { Status } from './job.ts';

export interface StepRecord {
  readonly outputs: Record<string, string>;
  outcome: Conclusion;
  conclusion: Conclusion;
}

/** The list that a step stands in: the job's steps, or those of a composite action. */
export interface Frame {
  /** Null for the job's own steps. */
  readonly action: {
    readonly folder: string;
    readonly repository: string | null;
    readonly ref: string | null;
    readonly inputs: Readonly<Record<string, string>>;
    /** `env` of the step that uses the action. */
    readonly environment: Readonly<Record<string, string>>;
  } | null;
  /** Nesting: 0 for the job's own steps. */
  readonly depth: number;
  /** `github.action`: inside a composite action it stays the name of the job's step, however deep. */
  readonly actionName: string;
  /** The `steps` context: only steps with an id of their own. */
  readonly steps: Record<string, StepRecord>;
  /** State of this list so far; of the job for its own steps. */
  status(): Status;
  /** First ten of a kind per step of the job. */
  readonly issues: Issues;
}

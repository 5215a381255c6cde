import type { GateState } from './gate.ts';
import type { HoldState, PullState } from './state.ts';

/** `output` of a check run within GitHub's limits; `text` may be empty. */
export interface CheckOutput {
  readonly title: string;
  readonly summary: string;
  readonly text: string;
}

/** An annotation in GitHub's own names. */
export interface Annotation {
  readonly path: string;
  readonly start_line: number;
  readonly end_line: number;
  readonly annotation_level: 'notice' | 'warning' | 'failure';
  readonly title: string;
  readonly message: string;
  readonly raw_details?: string;
}

/** How states become text: injected, because text is another room's work. Pure, or nothing is ever settled. */
export interface Render {
  hold(hold: HoldState, state: PullState, buttons: boolean): CheckOutput;
  /** `set` names what Approve all stands for; `grants` is the text for the runner, to be passed on as it is. */
  gate(gate: GateState, state: PullState, set: string | null, grants: string): CheckOutput;
  /** Annotations of the head, shown with its gate. */
  annotations(state: PullState): readonly Annotation[];
  comment(state: PullState, gate: GateState, set: string | null): string;
}

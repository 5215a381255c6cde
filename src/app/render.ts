import type { GateState } from '../approval/gate.ts';
import type { WholeOf } from '../approval/offered.ts';
import type { Annotation, Render } from '../approval/render.ts';
import type { BaseDifference } from '../approval/shapes.ts';
import type { HoldState, PullState } from '../approval/state.ts';
import { policyFile } from '../github/policy-source.ts';
import { actionAnnotation, inCheck } from '../report/annotations.ts';
import { type GateLine, type GateView, gateOutput, holdOutput } from '../report/check-run.ts';
import { stickyComment } from '../report/comment.ts';
import { commentPlan } from '../report/comment-plan.ts';
import { formLine } from '../report/form-text.ts';
import { type HoldView, viewOfHold } from '../report/views.ts';

/**
 * States as GitHub's surfaces show them. Pure: the same state gives the same text. `difference` is that of the
 * current head from the base branch, `home` the repository's page.
 */
export const renderer = (difference: BaseDifference | null, home: string): Render => ({
  hold: (hold, state, buttons) => holdOutput(viewOfHold(hold, state.holds, home), buttons, state.open),
  gate: (gate, state, set, grants) =>
    gateOutput(gateView(gate, state, set, grants, state.head === state.currentHead ? difference : null)),
  annotations: (state) => inCheck(current(state).map(annotation), policyFile),
  comment: (state, gate, set) =>
    stickyComment({
      holds: viewsOf(current(state), state, home),
      setId: set,
      buttons: true,
      gate: { state: gateWord(gate), title: gate.title },
      closed: !state.open,
      problems: beside(gate, state),
      notices: gate.notes,
      difference,
      gone: state.holds.flatMap((hold) => (hold.status === 'superseded' ? (hold.id ?? []) : [])),
    }),
});

/** What the sticky comment shows whole is what Approve all and `/approve all` stand for. */
export const wholeOf: WholeOf = (holds) => {
  const views = new Map(holds.map((hold) => [viewOfHold(hold), hold]));
  return commentPlan([...views.keys()]).whole.flatMap((view) => views.get(view) ?? []);
};

function current(state: PullState): readonly HoldState[] {
  return state.holds.filter((hold) => hold.status !== 'superseded');
}

function viewsOf(holds: readonly HoldState[], state: PullState, home: string): HoldView[] {
  return holds.map((hold) => viewOfHold(hold, state.holds, home));
}

/** Sentences of the gate that are not about one hold: those have a section of their own. */
function beside(gate: GateState, state: PullState): readonly string[] {
  const names = state.holds.map((hold) => `${hold.id ?? ''}: `);
  return gate.sentences.filter((sentence) => !names.some((name) => sentence.startsWith(name)));
}

function gateView(
  gate: GateState,
  state: PullState,
  set: string | null,
  grants: string,
  difference: BaseDifference | null,
): GateView {
  return {
    base: state.base,
    state: gateWord(gate),
    sentences: [...new Set([gate.title, ...beside(gate, state), ...gate.notes])],
    holds: current(state).map(gateLine),
    setId: set,
    difference,
    grants: grants === '' ? null : grants,
  };
}

function gateWord({ conclusion }: GateState): GateView['state'] {
  if (conclusion === null) return 'in_progress';
  return conclusion === 'action_required' ? 'failure' : conclusion;
}

function gateLine(hold: HoldState): GateLine {
  return {
    id: viewOfHold(hold).id,
    target: hold.action.target,
    line: formLine(hold.action.form, 100),
    status: hold.status,
    who: hold.sentence,
  };
}

/** What the run did, not what was decided since: annotations can never be taken back. */
function annotation(hold: HoldState): Annotation {
  return actionAnnotation({ ...hold.action, id: viewOfHold(hold).id, deniedBy: null }, policyFile);
}

import { gateFindings, isUndecided } from './gate-findings.ts';
import type { PullState } from './state.ts';

export interface GateInput {
  readonly state: PullState;
  /** File names under `.github/workflows/` that must have reported; empty: those that ever reported. */
  readonly workflows: readonly string[];
  /** What it means that none of them was started (path filters). */
  readonly unreported: 'pass' | 'block';
  /** Jobs that reported on the base branch. */
  readonly expected: readonly { readonly workflow: string; readonly job: string }[];
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** How long after a push GitHub may take to start workflows; default five minutes. */
  readonly graceMs?: number;
}

export type GateConclusion = 'success' | 'failure' | 'neutral' | 'action_required';

export interface GateState {
  readonly status: 'in_progress' | 'completed';
  /** Null while in progress. */
  readonly conclusion: GateConclusion | null;
  /** A few words for the list of checks. */
  readonly title: string;
  /** Why, one sentence each, the deciding ones first. */
  readonly sentences: readonly string[];
  /** Good to know, deciding nothing. */
  readonly notes: readonly string[];
  /** When time alone may change this, milliseconds since the epoch; null when it does not. */
  readonly wakeAt: number | null;
}

/**
 * Is the gate green? Green says one thing: nobody but people with the right released what was reported. A
 * suite that failed for reasons of its own does not turn it red: its job's check run fails by itself, no
 * approval could mend it, and a gate that is red for other reasons teaches people to go around it. Require
 * both checks.
 *
 * While something still runs the gate waits, whatever else is known: waiting blocks as surely as failing, and
 * what is known may change. Then what is wrong, then what is undecided, then what never started.
 */
export function gateState(input: GateInput): GateState {
  const gate = presentGate(input);
  const { open, head, currentHead } = input.state;
  return open && head === currentHead ? gate : endedGate(input.state, gate);
}

/**
 * On a head that is not the pull request's any more, and on a closed one, nothing is looked at again. What was
 * green stays so; anything else fails, so that whoever comes back finds nothing that passes for having waited.
 */
function endedGate({ open, head, currentHead }: PullState, gate: GateState): GateState {
  const why = open
    ? 'The pull request was pushed to; its gate is on the new head.'
    : 'The pull request is closed: what waited for a decision has ended.';
  const left = head !== currentHead;
  if (gate.conclusion === 'success' || (gate.conclusion === 'neutral' && !left))
    return open ? gate : { ...gate, notes: [why, ...gate.notes] };
  const title = open ? 'Left behind by a push' : 'Closed';
  const wrong = gate.conclusion === 'failure' && open;
  return {
    ...gate,
    status: 'completed',
    conclusion: 'failure',
    title: wrong ? gate.title : title,
    sentences: [why, ...gate.sentences],
  };
}

function presentGate(input: GateInput): GateState {
  const found = gateFindings(input);
  const all = [...found.wrong, ...found.undecided];
  const wakeAt = earliest(input.state.nextChange, found.waitsUntil);
  const state = (
    status: GateState['status'],
    conclusion: GateConclusion | null,
    title: string,
    sentences: readonly string[],
  ): GateState => ({ status, conclusion, title, sentences, notes: found.notes, wakeAt });

  if (found.pending.length > 0)
    return state('in_progress', null, found.pendingTitle, [...found.pending, ...all]);
  if (found.wrong.length > 0) return state('completed', 'failure', found.wrongTitle, all);
  if (found.undecided.length > 0) return state('completed', 'action_required', waiting(input.state), all);
  if (found.unstarted.length > 0 && input.unreported === 'block')
    return state('completed', 'failure', 'Not reported', found.unstarted);
  if (!found.reported)
    return state('completed', 'neutral', 'Nothing to approve: no workflow was started', found.unstarted);
  return state('completed', 'success', found.success, found.unstarted);
}

function waiting({ holds }: PullState): string {
  const open = holds.filter(isUndecided);
  if (open.every((hold) => hold.origin === 'gate')) return 'The change of the workflow waits for approval';
  const count = open.length;
  return count === 1 ? '1 runtime action waits for approval' : `${count} runtime actions wait for approval`;
}

function earliest(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}

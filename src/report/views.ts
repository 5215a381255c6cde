import { excluded, wanted } from '../approval/authority.ts';
import { actionId, varyingFields } from '../approval/fingerprint.ts';
import type { ActionForm } from '../approval/form.ts';
import { waitsFor } from '../approval/hold-state.ts';
import { liveSentence } from '../approval/live.ts';
import type { Remembered } from '../approval/remembered.ts';
import type { HoldState, HoldStatus, RequirementState } from '../approval/state.ts';
import { isWorkflowChange } from '../approval/workflow-change.ts';
import { formDifference } from './form-text.ts';
import { recordedSentence } from './recording-text.ts';
import type { Flagged } from './schema.ts';

/** A flagged runtime action as every surface shows it. All texts are foreign until escaped. */
export interface HoldView {
  readonly id: string;
  readonly form: ActionForm;
  /** By its name in the policy. */
  readonly target: string;
  readonly reason: string;
  readonly status: HoldStatus;
  /** Why it stands so, in one sentence; null when there is nothing to add to who may approve. */
  readonly sentence: string | null;
  /** Why nobody can approve it; null when people can. */
  readonly blocked: string | null;
  readonly unknown: readonly string[];
  /** What checks expected and met, one sentence each. */
  readonly checks: readonly string[];
  readonly count: number;
  readonly steps: readonly string[];
  /** Where it was caused, and where the first rule that flagged it stands. */
  readonly origin: Flagged['origin'];
  readonly ruleAt: Flagged['ruleAt'];
  /** Fields for which Approve varying is offered, with their class. */
  readonly varying: readonly { readonly name: string; readonly class: string }[];
  /** `as 7f3k9q2m, except email a1@x → b7@x`; null without such a one. */
  readonly resembles: string | null;
  /** One sentence per requirement: who may approve, and who has. Empty where the run cannot know. */
  readonly requirements: readonly string[];
  /** `1 of 2` where some of the people asked for have approved and others are still missing. */
  readonly progress?: string | null;
  /** Nothing runs by its approval: the pull request changes what runs and reports its tests. */
  readonly isWorkflowChange?: boolean;
  /** Approved by one person alone, in an emergency. */
  readonly isGlassBroken?: boolean;
  /** That a running job claims to wait for the decision, in one sentence. */
  readonly live?: string | null;
  /** How each rule that flagged it could let it pass from now on. */
  readonly remember?: readonly Remembered[] | undefined;
  /** Address of the report that has all of it; null or absent where it is not known. */
  readonly wholeAt?: string | null;
}

/** Whether people still have to decide it. */
export function isOpen({ status }: HoldView): boolean {
  return status === 'held' || status === 'expired' || status === 'revoked';
}

/**
 * What the App knows of a hold. `decided` are earlier holds of the pull request that people decided; `home` is the
 * repository's page.
 */
export function viewOfHold(
  hold: HoldState,
  decided: readonly HoldState[] = [],
  home: string | null = null,
): HoldView {
  const { action } = hold;
  const offered = new Set(hold.varying);
  return {
    id: hold.id ?? actionId(hold.fingerprint),
    form: action.form,
    target: action.target,
    reason: action.reason,
    status: hold.status,
    sentence: onlyWaits(hold) ? null : hold.sentence,
    blocked: hold.blocked,
    unknown: action.unknown,
    checks: action.checks,
    count: action.count,
    steps: action.steps,
    origin: action.origin,
    ruleAt: action.ruleAt,
    varying: varyingFields(action.form).filter(({ name }) => offered.has(name)),
    resembles: resemblance(hold, decided),
    requirements: hold.requirements.map((state) => requirementSentence(state, hold.requirements.length > 1)),
    progress: progressOf(hold),
    isWorkflowChange: isWorkflowChange(action.form),
    isGlassBroken: hold.status === 'approved' && hold.approvals.some((vote) => vote.breakGlass === true),
    live: hold.live === null ? null : liveSentence(hold.live),
    remember: action.remember,
    wholeAt: reportAt(hold, home),
  };
}

function reportAt({ seen }: HoldState, home: string | null): string | null {
  const last = seen.at(-1);
  if (home === null || last === undefined) return null;
  return `${home}/actions/runs/${last.runId}/artifacts/${last.artifactId}`;
}

/** What a run knows of a flagged runtime action. */
export function viewOfFlagged(flagged: Flagged): HoldView {
  const by = flagged.deniedBy === null ? 'The policy denies it.' : `Denied by ${flagged.deniedBy}.`;
  const recorded = recordedSentence(flagged.outcome);
  return {
    id: flagged.id,
    form: flagged.form,
    target: flagged.target,
    reason: flagged.reason,
    status: statusOf(flagged.outcome),
    sentence: flagged.outcome === 'denied' ? by : recorded,
    blocked: flagged.unbindable,
    unknown: flagged.unknown,
    checks: flagged.checks.filter((check) => check.outcome !== 'passed').map(checkSentence),
    count: flagged.count,
    steps: flagged.steps,
    origin: flagged.origin,
    ruleAt: flagged.ruleAt,
    varying: varyingFields(flagged.form),
    resembles: null,
    requirements: [],
    remember: flagged.remember,
  };
}

/** What was only recorded blocks nothing, as what is no longer reported. */
function statusOf(outcome: Flagged['outcome']): HoldStatus {
  if (outcome === 'granted') return 'approved';
  return outcome === 'held' || outcome === 'denied' ? outcome : 'superseded';
}

/** `schema (no-duplicate-users) failed: expected …, met …`. */
export function checkSentence(check: Flagged['checks'][number]): string {
  const head = `${check.type} (${check.rule}) ${check.outcome}`;
  return check.outcome === 'passed' ? head : `${head}: expected ${check.expected}; met ${check.met}`;
}

/** `2 people with role maintain or higher, but not its author; so far alice (1 of 2)`. */
function requirementSentence({ requirement, by, met }: RequirementState, several: boolean): string {
  const { count } = requirement;
  const given = met || by.length === 0 ? '' : `; so far ${by.join(', ')} (${by.length} of ${count})`;
  return `${several ? `for ${requirement.ruleId}: ` : ''}${wanted(requirement)}${excluded(requirement)}${given}`;
}

function progressOf({ requirements }: HoldState): string | null {
  const part = requirements.find(({ by, met }) => by.length > 0 && !met);
  return part === undefined ? null : `${part.by.length} of ${part.requirement.count}`;
}

/** Who may approve says as much as this sentence. */
function onlyWaits({ status, blocked, sentence }: HoldState): boolean {
  const waited = status === 'held' || status === 'superseded';
  return waited && blocked === null && sentence.startsWith(waitsFor);
}

function resemblance(hold: HoldState, decided: readonly HoldState[]): string | null {
  // it was itself decided before: that says more
  if (hold.approvals.length > 0 || hold.status === 'expired' || hold.status === 'revoked') return null;
  for (const other of decided) {
    // also one that is no longer reported: it was approved once, and this one came in its place
    if (other.fingerprint === hold.fingerprint || other.approvals.length === 0) continue;
    const difference = formDifference(other.action.form, hold.action.form, other.id ?? undefined);
    if (difference !== null) return difference;
  }
  return null;
}

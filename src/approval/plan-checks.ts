import { createHash } from 'node:crypto';
import { type Button, gateButtons, holdButtons } from './buttons.ts';
import {
  actionCheckName,
  type CheckIdentity,
  gateCheckName,
  grantsCheckName,
  readExternalId,
  writeExternalId,
} from './check-names.ts';
import type { GateState } from './gate.ts';
import { isUndecided } from './gate-findings.ts';
import { grantTexts } from './grant-text.ts';
import { grantSet } from './grants.ts';
import { offered, offeredSet, type WholeOf } from './offered.ts';
import type { Annotation, CheckOutput, Render } from './render.ts';
import type { HoldStatus, PullState } from './state.ts';

/** A check run of our App as GitHub lists it. */
export interface ShownCheck {
  readonly id: number;
  readonly head: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly externalId: string | null;
}

export interface CheckWrite {
  readonly kind: 'check';
  readonly head: string;
  /** The check run to update; null to create one. */
  readonly id: number | null;
  readonly name: string;
  readonly status: 'in_progress' | 'completed';
  readonly conclusion: 'success' | 'failure' | 'neutral' | 'action_required' | null;
  readonly output: CheckOutput;
  readonly actions: readonly Button[];
  /** To append; GitHub takes 50 per request. */
  readonly annotations: readonly Annotation[];
  /** For the last request. */
  readonly externalId: string;
  /** For the requests before it, where the annotations need several: says that some are missing. */
  readonly unfinishedExternalId: string;
}

interface Head {
  readonly pullRequest: number;
  readonly state: PullState;
  readonly gate: GateState;
  readonly gateName: string;
  /** Check runs on this head. */
  readonly shown: readonly ShownCheck[];
  readonly render: Render;
  readonly wholeOf?: WholeOf;
}

type Wanted = Pick<CheckWrite, 'name' | 'status' | 'conclusion' | 'output' | 'actions'> &
  Pick<CheckIdentity, 'role' | 'key'> & { readonly annotations: readonly Annotation[] };

/** Continued grants before the gate, which says how to read them and holds all denials; then the holds. */
export function writesOfHead(head: Head): readonly CheckWrite[] {
  const texts = grantTexts(grantSet(head.state, head.pullRequest));
  const wanted = [...grantChecks(head, texts.slice(1)), gateCheck(head, texts[0] ?? ''), ...otherGates(head)];
  return [...wanted, ...holdChecks(head)].flatMap((one) => difference(head, one));
}

/** Check runs of a pull request on the head of a merge group that holds it; buttons stand on its own head. */
export function writesOfGroup({
  group,
  isLive,
  ...given
}: Omit<Head, 'gateName'> & {
  /** The group's head. */
  readonly group: string;
  readonly isLive: boolean;
}): readonly CheckWrite[] {
  const { pullRequest, gate, render } = given;
  const none = { grants: [], denied: [] };
  const decisions = isLive ? given.state.decisions : none;
  const state = { ...given.state, head: group, currentHead: group, decisions };
  const [first = '', ...more] = grantTexts(grantSet(state, pullRequest));
  const head: Head = { ...given, state, gateName: gateCheckName(state.base) };
  const wanted: Wanted = {
    role: 'gate',
    key: state.base,
    name: head.gateName,
    status: gate.status,
    conclusion: gate.conclusion,
    output: render.gate(gate, state, null, first),
    actions: [],
    annotations: [],
  };
  const writes = [...grantChecks(head, more), wanted].flatMap((one) => difference(head, one));
  // what has ended gets no check run that it did not have
  return isLive ? writes : writes.filter(({ id }) => id !== null);
}

function gateCheck({ state, gate, gateName, render, wholeOf }: Head, grants: string): Wanted {
  const set = offeredSet(state, wholeOf).id;
  const live = gate.status === 'completed' && state.open && state.head === state.currentHead;
  return {
    role: 'gate',
    key: state.base,
    name: gateName,
    status: gate.status,
    conclusion: gate.conclusion,
    output: render.gate(gate, state, set, grants),
    actions: live ? gateButtons(state, wholeOf) : [],
    annotations: render.annotations(state),
  };
}

/** Gates of bases that the pull request no longer has: nothing there may stay green for its return. */
function otherGates({ pullRequest, state, shown }: Head): readonly Wanted[] {
  const bases = identities(pullRequest, shown).filter(
    ({ role, key }) => role === 'gate' && key !== state.base,
  );
  return [...new Set(bases.map(({ key }) => key))].map((base) => ({
    role: 'gate',
    key: base,
    name: gateCheckName(base),
    status: 'completed',
    conclusion: 'failure',
    output: {
      title: 'Another base',
      summary: 'The pull request has another base branch now; this gate speaks again when it comes back.',
      text: '',
    },
    actions: [],
    annotations: [],
  }));
}

function grantChecks({ pullRequest, state, shown }: Head, texts: readonly string[]): readonly Wanted[] {
  const known = identities(pullRequest, shown).filter(({ role }) => role === 'grants');
  const last = Math.max(texts.length + 1, ...known.map(({ key }) => Number(key)));
  return Array.from({ length: last - 1 }, (_, index) => ({
    role: 'grants',
    key: String(index + 2),
    name: grantsCheckName(index + 2),
    status: 'completed',
    conclusion: 'neutral',
    output: {
      title: texts[index] === undefined ? 'Empty' : 'Grants, continued',
      summary: `For runners; see the check JIT approval: ${state.base}.`,
      text: texts[index] ?? '',
    },
    actions: [],
    annotations: [],
  }));
}

const conclusions: Readonly<Record<HoldStatus, NonNullable<CheckWrite['conclusion']>>> = {
  held: 'action_required',
  expired: 'action_required',
  revoked: 'action_required',
  approved: 'success',
  denied: 'failure',
  superseded: 'neutral',
};

/** One for each offered hold, and for each that had one: a decided or left one must lose its buttons. */
function holdChecks({ pullRequest, state, shown, render }: Head): readonly Wanted[] {
  const had = new Set(
    identities(pullRequest, shown).flatMap(({ role, key }) => (role === 'hold' ? [key] : [])),
  );
  if (state.head !== state.currentHead) return [...had].map(leftBehind);
  const now = new Set(offered(state).map((hold) => hold.id));
  return state.holds.flatMap((hold) => {
    if (hold.id === null || !(now.has(hold.id) || had.has(hold.id))) return [];
    const actions = isUndecided(hold) ? holdButtons(hold) : [];
    return [
      {
        role: 'hold' as const,
        key: hold.id,
        name: actionCheckName(hold.id),
        status: 'completed' as const,
        conclusion: conclusions[hold.status],
        output: render.hold(hold, state, actions.length > 0),
        actions,
        annotations: [],
      },
    ];
  });
}

function leftBehind(id: string): Wanted {
  return {
    role: 'hold',
    key: id,
    name: actionCheckName(id),
    status: 'completed',
    conclusion: 'neutral',
    output: {
      title: 'On an earlier head',
      summary: 'The pull request was pushed to. This runtime action is decided on its current head.',
      text: '',
    },
    actions: [],
    annotations: [],
  };
}

/** Nothing when GitHub shows it already. Annotations cannot be taken back: another set needs another run. */
function difference({ pullRequest, state, shown }: Head, wanted: Wanted): readonly CheckWrite[] {
  const { role, key, annotations, ...content } = wanted;
  const identity = { pullRequest, role, key, digest: digestOf(content), annotations: digestOf(annotations) };
  const check = shown
    .map((one) => ({ one, is: readExternalId(one.externalId) }))
    .filter(({ is }) => is !== null && is.pullRequest === pullRequest && is.role === role && is.key === key)
    .sort((a, b) => b.one.id - a.one.id)[0];
  // nothing new happens on a closed pull request: what its annotations say of its runs stays true
  const annotated = check?.is?.annotations === identity.annotations || (check !== undefined && !state.open);
  const same =
    check?.is?.digest === identity.digest &&
    check.one.status === content.status &&
    check.one.conclusion === content.conclusion;
  const hidden = check !== undefined && isHidden(state, shown, check.one, wanted);
  if (annotated && same && !hidden) return [];
  const kept = {
    ...identity,
    annotations: annotated && !hidden ? (check?.is?.annotations ?? '') : identity.annotations,
  };
  const bare = check?.is?.annotations === digestOf([]);
  const write: CheckWrite = {
    kind: 'check',
    head: state.head,
    id: check !== undefined && !hidden && (annotated || bare) ? check.one.id : null,
    ...content,
    annotations: annotated && !hidden ? [] : annotations,
    externalId: writeExternalId(kept),
    unfinishedExternalId: writeExternalId({ ...kept, annotations: '' }),
  };
  return [write];
}

/**
 * GitHub takes the newest check run of a name for the commit's word. Where another pull request's gate is newer
 * and says something else, ours must be written anew; on the head and base of an open pull request alone, or two
 * would write over each other for ever.
 */
function isHidden(
  state: PullState,
  shown: readonly ShownCheck[],
  ours: ShownCheck,
  { role, key, status, conclusion }: Wanted,
): boolean {
  if (role !== 'gate' || key !== state.base || !state.open || state.head !== state.currentHead) return false;
  const newest = shown.reduce((a, b) => {
    const is = readExternalId(b.externalId);
    return is?.role === 'gate' && is.key === key && b.id > a.id ? b : a;
  }, ours);
  return newest.id !== ours.id && !(newest.status === status && newest.conclusion === conclusion);
}

/** Two pull requests may share a head: each looks after its own check runs. */
function identities(pullRequest: number, shown: readonly ShownCheck[]): readonly CheckIdentity[] {
  const all = shown.flatMap((check) => readExternalId(check.externalId) ?? []);
  return all.filter((identity) => identity.pullRequest === pullRequest);
}

function digestOf(content: unknown): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16);
}

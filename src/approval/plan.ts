import { gateCheckName } from './check-names.ts';
import type { GateState } from './gate.ts';
import { announcedBy, isNews, type Notice } from './notice.ts';
import { offeredSet, type WholeOf } from './offered.ts';
import { type CheckWrite, type ShownCheck, writesOfHead } from './plan-checks.ts';
import type { Reminder } from './reminder.ts';
import type { Render } from './render.ts';
import { type DueRerun, rerunsDue } from './retrigger.ts';
import type { PullState } from './state.ts';

/** One thing to do. Each may be lost or done twice without harm: the next plan sees what GitHub shows. */
export type Write =
  | CheckWrite
  /** `announced`: ids of the actions that people have been told to decide once it is written. */
  | {
      readonly kind: 'comment';
      readonly id: number | null;
      readonly body: string;
      readonly announced: readonly string[];
    }
  /** Fold away a comment that a newer one replaces. */
  | { readonly kind: 'minimise'; readonly id: number }
  /** A comment of its own, once: an update would wake nobody. */
  | ({ readonly kind: 'reminder' } & Reminder)
  | { readonly kind: 'rerun'; readonly due: DueRerun };

export interface PlanInput {
  readonly pullRequest: number;
  /** State and gate of every head on which this App shows something, the current one among them. */
  readonly heads: readonly { readonly state: PullState; readonly gate: GateState }[];
  /** What GitHub shows now: this App's check runs on those heads, and its open notices, oldest first. */
  readonly shown: {
    readonly checks: readonly ShownCheck[];
    readonly notices: readonly Notice[];
  };
  /** What people must be reminded of now. */
  readonly reminder?: Reminder | null;
  readonly render: Render;
  readonly wholeOf?: WholeOf;
}

/**
 * Facts and what GitHub shows → what to write: only what differs, in the order to write it. Gates of older
 * heads first, so that a force-push back finds no stale green; then the current head, whose grants must
 * stand before anything runs again; then the comment; re-runs last. Ids must be published in the ledger
 * before (`assignIds`): what has none is not shown.
 */
export function plan(input: PlanInput): readonly Write[] {
  const current = input.heads.find(({ state }) => state.head === state.currentHead);
  if (current === undefined) return [];
  const order = current.state.heads;
  const inOrder = [...input.heads].sort((a, b) => order.indexOf(a.state.head) - order.indexOf(b.state.head));
  const checks = inOrder.flatMap(({ state, gate }) =>
    writesOfHead({
      ...input,
      state,
      gate,
      gateName: gateCheckName(state.base),
      shown: input.shown.checks.filter((check) => check.head === state.head),
    }),
  );
  const reruns = rerunsDue(current.state).map((due) => ({ kind: 'rerun', due }) as const);
  const { reminder = null } = input;
  const reminders = reminder === null ? [] : [{ kind: 'reminder', ...reminder } as const];
  const writes = [...checks, ...noticeWrites(input, current), ...reminders, ...reruns];
  // on a closed pull request what stands is brought to its end, and nothing new is put there
  return current.state.open ? writes : writes.filter((write) => !('id' in write) || write.id !== null);
}

/**
 * A pull request on which nothing was ever held gets no comment. There is one, kept up to date in place; when
 * something new waits, a new one tells people of it and the older are folded away after it stands.
 */
function noticeWrites(
  { shown, render, wholeOf }: PlanInput,
  { state, gate }: PlanInput['heads'][number],
): readonly Write[] {
  const last = shown.notices.at(-1);
  if (last === undefined && !state.holds.some((hold) => hold.status !== 'superseded')) return [];
  const news = last === undefined || isNews(state, last, gate.status === 'in_progress');
  const old = news ? shown.notices : shown.notices.slice(0, -1);
  const minimise = old.map(({ id }) => ({ kind: 'minimise', id }) as const);
  const body = render.comment(state, gate, offeredSet(state, wholeOf).id);
  const announced = announcedBy(state, last?.announced ?? null, news);
  if (!news && isShown(last, body, announced)) return minimise;
  return [{ kind: 'comment', id: news ? null : last.id, body, announced }, ...minimise];
}

function isShown(notice: Notice, body: string, announced: readonly string[]): boolean {
  // GitHub gives line ends back as they were sent, but a person's edit may have changed them
  const same = notice.body.replaceAll('\r\n', '\n').trimEnd() === body.trimEnd();
  return same && notice.announced?.join() === announced.join();
}

/** What can happen in the model's small world: one pull request, one job, two people who may decide, its author. */
export type Who = 'maria' | 'dana' | 'author';

export type Event =
  /** `open`: leaves the generated value open (Approve varying). */
  | { readonly type: 'approve'; readonly by: Who; readonly open: boolean }
  | { readonly type: 'deny' | 'revoke'; readonly by: Who }
  /** The newest vote's delivery comes a second time. */
  | { readonly type: 'again' }
  | { readonly type: 'push'; readonly head: 1 | 2; readonly by: Who }
  /** The rule's content changes in the base, or changes back. */
  | { readonly type: 'rule' }
  | { readonly type: 'retarget' }
  /** Thirteen hours pass: two of these and a vote has lapsed. */
  | { readonly type: 'tick' }
  /** The next attempt on the current head reports; `ran` claims that an approval let it run. */
  | { readonly type: 'report'; readonly ran: boolean; readonly value: 1 | 2; readonly count: number }
  /** The App looks, and asks to run again where that is due; `crash`: it dies between asking and noting it. */
  | { readonly type: 'app'; readonly crash: boolean };

/** One letter each, so that a sequence is a word. */
export const letters: Readonly<Record<string, Event>> = {
  m: { type: 'approve', by: 'maria', open: false },
  d: { type: 'approve', by: 'dana', open: false },
  u: { type: 'approve', by: 'author', open: false },
  M: { type: 'approve', by: 'maria', open: true },
  D: { type: 'approve', by: 'dana', open: true },
  x: { type: 'deny', by: 'maria' },
  y: { type: 'deny', by: 'dana' },
  r: { type: 'revoke', by: 'maria' },
  s: { type: 'revoke', by: 'dana' },
  '2': { type: 'again' },
  p: { type: 'push', head: 2, by: 'author' },
  q: { type: 'push', head: 2, by: 'dana' },
  b: { type: 'push', head: 1, by: 'author' },
  c: { type: 'rule' },
  t: { type: 'retarget' },
  z: { type: 'tick' },
  h: { type: 'report', ran: false, value: 1, count: 1 },
  n: { type: 'report', ran: false, value: 1, count: 2 },
  o: { type: 'report', ran: false, value: 2, count: 1 },
  g: { type: 'report', ran: true, value: 1, count: 1 },
  a: { type: 'app', crash: false },
  k: { type: 'app', crash: true },
};

/** What the rule asks for. */
export interface Terms {
  readonly count: number;
  readonly scope: 'pull-request' | 'commit';
  readonly uses: 'once' | null;
}

/** The action by what can differ of it: which of two generated values, and which content of the rule. */
export interface Shape {
  readonly value: 1 | 2;
  readonly rule: 'a' | 'b';
}

/** What is compared between the fold and the reference, after every event. */
export interface Observed {
  /** Of the action that was reported last. */
  readonly status: string;
  /** Per value, under the present and the other rule: what a runner would be told, and for how many executions. */
  readonly answers: readonly string[];
  /** Does the newest report on this head claim what no approval ever allowed? */
  readonly forged: boolean;
  /** Would the App ask to run again now? */
  readonly due: boolean;
}

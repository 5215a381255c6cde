import * as z from 'zod';
import { binding, fingerprint } from './fingerprint.ts';
import type { ActionForm } from './form.ts';
import type { Remembered } from './remembered.ts';

/**
 * How decisions reach the runner: JSON in the text of the App's gate check run, keyed by pull request and
 * base. The runner trusts it because only the App named by the base's policy can have written it.
 */
export const grantSchema = z.strictObject({
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
  id: z.string().max(52),
  /** `binding(form, varying)` of the form that was approved. */
  binds: z.string().regex(/^[0-9a-f]{64}$/),
  varying: z.array(z.string().max(300)).max(100),
  /** How many executions per job it covers; null on the head that was approved: not counted. */
  uses: z.int().min(1).nullable(),
  /** ISO 8601 instant, or null. */
  expires: z.iso.datetime().nullable(),
  by: z.array(z.string().max(100)).max(100),
});
export type Grant = z.infer<typeof grantSchema>;

export const grantSetSchema = z.strictObject({
  version: z.literal(1),
  pullRequest: z.int().min(1),
  base: z.string(),
  head: z.string().regex(/^[0-9a-f]{40}$/),
  grants: z.array(grantSchema),
  /** Fingerprints that a person denied. */
  denied: z.array(
    z.strictObject({ fingerprint: z.string().regex(/^[0-9a-f]{64}$/), id: z.string(), by: z.string() }),
  ),
});
export type GrantSet = z.infer<typeof grantSetSchema>;

/** What people have decided so far, as far as this run can know. */
export type Decisions = Pick<GrantSet, 'grants' | 'denied'>;

/** What a source of decisions says of one held runtime action. */
export type Found =
  /** `giveBack` is called when the runtime action never came to run, so that a counted use is not lost. */
  | { readonly kind: 'granted'; readonly grant: Grant; giveBack(): void }
  | { readonly kind: 'denied'; readonly by: string }
  /** `problem` says why nothing could be read ("needs `checks: read`"): shown, never taken for "no grant". */
  | { readonly kind: 'none'; readonly problem: string | null };

/** Where the judge asks for decisions: GitHub, the terminal, or memory. */
export interface GrantSource {
  find(hold: HoldRequest): Promise<Found>;
}

/** A held runtime action as a source of decisions sees it. */
export interface HoldRequest {
  readonly id: string;
  readonly fingerprint: string;
  readonly form: ActionForm;
  readonly reason: string;
  /** What rules could say instead; made when someone asks. */
  readonly remember?: () => readonly Remembered[];
}

/**
 * The decision that covers this form, if any. A denial of the same fingerprint beats every grant. `used`
 * counts executions per grant in this job; `now` in milliseconds since the epoch.
 */
export function matchDecision(
  decisions: Decisions,
  form: ActionForm,
  used: ReadonlyMap<string, number>,
  now: number,
): { kind: 'granted'; grant: Grant } | { kind: 'denied'; by: string } | { kind: 'none' } {
  const print = fingerprint(form);
  const denial = decisions.denied.find((entry) => entry.fingerprint === print);
  if (denial !== undefined) return { kind: 'denied', by: denial.by };
  const grant = decisions.grants.find(
    (entry) =>
      binding(form, entry.varying) === entry.binds &&
      (entry.expires === null || Date.parse(entry.expires) > now) &&
      (entry.uses === null || (used.get(entry.binds) ?? 0) < entry.uses),
  );
  return grant === undefined ? { kind: 'none' } : { kind: 'granted', grant };
}

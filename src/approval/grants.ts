import { actionId, binding } from './fingerprint.ts';
import type { Decisions, Grant, GrantSet } from './grant.ts';
import { approvalsLeft, candidatesMet, circumstances, type Known, requirementsFor } from './hold-state.ts';
import { quorum } from './quorum.ts';
import type { RecordedVote } from './source.ts';
import type { HoldState, PullState } from './state.ts';
import { coveredUses } from './uses.ts';

/**
 * What the votes let run on a head, and what they forbid. Also actions that are not reported just now: a job
 * that starts must find their approvals.
 */
export function standingGrants(
  known: Known,
  holds: readonly HoldState[],
): { readonly decisions: Decisions; readonly nextChange: number | null } {
  const grants = new Map<string, Grant>();
  const times: number[] = [];
  for (const hold of holds) {
    if (hold.denial !== null || hold.blocked !== null) continue;
    for (const { grant, expires } of grantsOf(known, hold)) {
      if (!grants.has(grant.binds)) grants.set(grant.binds, grant);
      if (expires !== null) times.push(expires);
    }
  }
  const denied = holds.flatMap(({ denial, fingerprint, id }) =>
    denial === null ? [] : [{ fingerprint, id: id ?? actionId(fingerprint), by: denial.by }],
  );
  const inOrder = [...grants.values()].sort((a, b) => compare(a.binds, b.binds));
  const decisions = { grants: inOrder, denied: denied.sort((a, b) => compare(a.fingerprint, b.fingerprint)) };
  return { decisions, nextChange: times.length === 0 ? null : Math.min(...times) };
}

/** The decisions as the gate check run carries them to the runner. */
export function grantSet(state: PullState, pullRequest: number): GrantSet {
  return { version: 1, pullRequest, base: state.base, head: state.head, ...state.decisions };
}

/** One grant per widest set of open fields that has its quorum; a narrower one would only count twice. */
function grantsOf(known: Known, hold: HoldState) {
  const { form } = hold.action;
  const requirements = requirementsFor(known, form);
  if (requirements === null) return [];
  const votes = approvalsLeft(known, requirements);
  const exact = quorum(form, [], votes, requirements, circumstances(known));
  if (!exact.met) return [];
  const met = candidatesMet(known, form, exact);
  const widest = met.filter(
    ({ fields }) =>
      !met.some((other) => other.fields.length > fields.length && isSubset(fields, other.fields)),
  );
  return widest.flatMap(({ fields, counted, expires }) => {
    const binds = binding(form, fields);
    if (binds === null) return [];
    const grant: Grant = {
      fingerprint: hold.fingerprint,
      id: hold.id ?? actionId(hold.fingerprint),
      binds,
      varying: fields,
      uses: coveredUses(form, fields, counted, known.reports, known.runsOn),
      expires: expires === null ? null : new Date(expires).toISOString(),
      by: [...new Set(counted.flatMap(({ votes: counting }) => counting.map(grantedBy)))].sort(),
    };
    return [{ grant, expires }];
  });
}

/** Short, for the runner: the reason is on the pull request. */
function grantedBy({ by, breakGlass }: RecordedVote): string {
  return breakGlass === true ? `${by} (broke the glass)` : by;
}

function isSubset(part: readonly string[], whole: readonly string[]): boolean {
  return part.every((field) => whole.includes(field));
}

/** By code unit, so that the order is the same on every machine. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

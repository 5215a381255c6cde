import type { Beside } from '../approval/beside.ts';
import { readExternalId } from '../approval/check-names.ts';
import { gateState } from '../approval/gate.ts';
import type { ShownCheck } from '../approval/plan-checks.ts';
import type { PullState } from '../approval/state.ts';
import { tally } from '../approval/tally.ts';
import { withWorkflowRule } from '../approval/workflow-change.ts';
import type { Pass } from './pass.ts';

/**
 * The other open pull requests with this head and base, by their gates that stand there, and what those gates
 * are by the ledger. The base is the same, so the same policy judges them.
 */
export async function gatesBeside(
  pass: Pass,
  { head, base }: Pick<PullState, 'head' | 'base'>,
  shown: readonly ShownCheck[],
): Promise<readonly Beside[]> {
  const numbers = shown.flatMap((check) => {
    const is = check.head === head ? readExternalId(check.externalId) : null;
    return is?.role === 'gate' && is.key === base && is.pullRequest !== pass.key.number
      ? [is.pullRequest]
      : [];
  });
  const found = [...new Set(numbers)].map((number) => gateBeside(pass, number, head));
  return (await Promise.all(found)).flatMap((one) => one ?? []);
}

/** What the ledger says of another pull request's gate; null where it is closed, or has another base or head. */
export async function gateBeside(
  { desk, key, pull, policy, ownership, expected, now }: Pass,
  number: number,
  head: string | null,
): Promise<Beside | null> {
  const facts = await desk.ledger.facts({ ...key, number });
  const requirementsOf = withWorkflowRule(policy.requirementsOf, policy.defaults);
  const options = { policy: policy.blobs, codeowners: ownership.sources };
  const state = tally(facts, requirementsOf, now, options);
  if (state === null || !state.open || state.base !== pull.base.ref) return null;
  if (head !== null && state.head !== head) return null;
  const { workflows, unreported } = policy;
  return { number, gate: gateState({ state, workflows, unreported, expected, now }) };
}

/** What is said here now is part of what these must say. */
export async function wakeOthers(
  { desk, key, installation }: Pass,
  numbers: readonly number[],
): Promise<void> {
  for (const number of numbers)
    if (number !== key.number) await desk.ledger.markDirty({ ...key, number }, installation);
}

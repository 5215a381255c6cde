import { randomBytes } from 'node:crypto';
import type { Fact, ReportedAction } from '../approval/facts.ts';
import { assignIds } from '../approval/resolve-ids.ts';
import { GitHubError } from '../github/client.ts';
import type { BaseReports } from './base-comparison.ts';
import { carryOutCommands } from './commands.ts';
import { type Desk, instant } from './desk.ts';
import { withdrawDismissed } from './dismissed.ts';
import { pullFacts } from './facts-of-github.ts';
import { whileHeld } from './held.ts';
import { moveRepository } from './moved.ts';
import { observe } from './observe.ts';
import { noOwnership, readOwnership } from './owners.ts';
import { factsOf, type Pass, record, stateOf } from './pass.ts';
import { publish } from './publish.ts';
import { readGatePolicy } from './read-policy.ts';
import { jobsOf, runsOnBase, workflowHolds } from './surroundings.ts';
import type { Reconcile } from './worker.ts';

/**
 * Brings one pull request to the state that its facts imply: read GitHub, carry out what people asked for,
 * then write what differs. Running it twice changes nothing; a crash anywhere is healed by running it again.
 */
export function reconciler(desk: Omit<Desk, 'wake'>): Reconcile {
  const baseReports: BaseReports = new Map();
  return async (key, installation, held) => {
    const github = whileHeld(await desk.github(installation), held);
    const [now, at] = [desk.now(), instant(desk)];
    // 1. the pull request as it is now, whatever a webhook said
    const pull = await github.pullRequest(key.repository, key.number).catch(goneOrThrow);
    if (pull === null) return null;
    if (pull.base.repository !== key.repository) {
      await moveRepository(desk, key.repository, pull.base.repository, installation);
      return null;
    }
    const changed = pullFacts(await desk.ledger.facts(key), pull, at);
    if (changed.length > 0) await desk.ledger.record(key, changed, null, installation);
    // 2. the policy that judges it; another App's pull request is none of our business
    const policy = await readGatePolicy(github, pull);
    if (policy === null || policy.app !== desk.appId) return null;
    const voted = (await desk.ledger.facts(key)).some(({ type }) => type === 'vote');
    const [gateHolds, baseRuns, ownership, named] = await Promise.all([
      workflowHolds(github, pull, policy),
      runsOnBase(github, pull, policy),
      policy.asksOwners ? readOwnership(github, pull) : noOwnership,
      voted ? github.namedInCommits(key.repository, key.number) : [],
    ]);
    if (gateHolds === null) {
      await desk.ledger.markDirty(key, installation);
      return null;
    }
    const expected = jobsOf(baseRuns);
    const base = { runs: baseRuns, reports: baseReports };
    const read = { github, pull, policy, gateHolds, expected, base, ownership, named };
    const pass: Pass = { key, installation, desk, ...read, now, at };
    // 3. what happened on its head; a closed pull request's is looked at no more
    await noteLook(pass);
    if (pull.state === 'open') await observe(pass);
    if (voted) await withdrawDismissed(pass);
    await publishIds(pass);
    // 4. what people asked for
    await carryOutCommands(pass);
    // 5. what that means for GitHub
    const next = await publish(pass);
    return pull.state === 'open' ? next : null;
  };
}

/** A repository that was deleted, or from which the App was removed, is no failure to try again. */
function goneOrThrow(thrown: unknown): null {
  if (thrown instanceof GitHubError && thrown.code === 'github-not-found') return null;
  throw thrown;
}

/** What the pull request itself holds is noted by head: it cannot be asked about an older one later. */
async function noteLook(pass: Pass): Promise<void> {
  const { gateHolds, pull, at } = pass;
  const [head, holds] = [pull.head.sha, [...gateHolds]];
  const prints = (of: readonly ReportedAction[]) => of.map((hold) => hold.fingerprint).join();
  const facts = await factsOf(pass);
  const last = facts.findLast((fact) => fact.type === 'look' && fact.head === head);
  if (last?.type === 'look' && prints(last.holds) === prints(holds)) return;
  await record(pass, [{ type: 'look', at, head, holds }]);
}

/** Ids, and what the sets' ids are made with, are in the ledger before anything shows them. */
async function publishIds(pass: Pass): Promise<void> {
  const facts = await factsOf(pass);
  const prints = stateOf(pass, facts).holds.map((hold) => hold.fingerprint);
  const salted = prints.length === 0 || facts.some(({ type }) => type === 'salt');
  const salt: Fact = { type: 'salt', at: pass.at, salt: randomBytes(16).toString('hex') };
  await record(pass, [...(salted ? [] : [salt]), ...assignIds(facts, prints, pass.at)]);
}

import { assignIds } from '../approval/resolve-ids.ts';
import { GitHubError } from '../github/client.ts';
import type { BaseReports } from './base-comparison.ts';
import { carryOutCommands } from './commands.ts';
import { type Desk, instant } from './desk.ts';
import { pullFacts } from './facts-of-github.ts';
import { whileHeld } from './held.ts';
import { observe } from './observe.ts';
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
    const changed = pullFacts(await desk.ledger.facts(key), pull, at);
    if (changed.length > 0) await desk.ledger.record(key, changed, null, installation);
    if (pull.state === 'closed') {
      desk.metrics.holds(key, []);
      return null;
    }
    // 2. the policy that judges it; another App's pull request is none of our business
    const policy = await readGatePolicy(github, pull);
    if (policy === null || policy.app !== desk.appId) return null;
    const [gateHolds, baseRuns] = await Promise.all([
      workflowHolds(github, pull, policy),
      runsOnBase(github, pull, policy),
    ]);
    const expected = jobsOf(baseRuns);
    const base = { runs: baseRuns, reports: baseReports };
    const pass: Pass = { key, installation, desk, github, pull, policy, gateHolds, expected, base, now, at };
    // 3. what happened on its head
    await observe(pass);
    await publishIds(pass);
    // 4. what people asked for
    await carryOutCommands(pass);
    // 5. what that means for GitHub
    return publish(pass);
  };
}

/** A repository that was deleted, or from which the App was removed, is no failure to try again. */
function goneOrThrow(thrown: unknown): null {
  if (thrown instanceof GitHubError && thrown.code === 'github-not-found') return null;
  throw thrown;
}

/** Ids are in the ledger before anything shows them. */
async function publishIds(pass: Pass): Promise<void> {
  const facts = await factsOf(pass);
  const prints = stateOf(pass, facts).holds.map((hold) => hold.fingerprint);
  await record(pass, assignIds(facts, prints, pass.at));
}

import type { Logger } from 'probot';
import { JitError, messageOf } from '../errors.ts';
import type { AppGitHub } from '../github/port.ts';
import type { Lease, Ledger, Outcome, Taken } from '../ledger/port.ts';

/** A pull request that this process has taken, and keeps until it releases it. */
export interface Held {
  readonly taken: Taken;
  /** Throws when another process may have it by now: nothing may be written any more. */
  check(): void;
  release(outcome: Outcome): Promise<void>;
}

/**
 * Takes the next pull request and renews its lease until it is released. A process that is stopped for so long
 * that it could not renew (a suspended machine) finds its lease ended before it writes. Null: nothing is due.
 */
export async function holdLease(
  ledger: Pick<Ledger, 'take' | 'renew' | 'release'>,
  lease: Lease,
  log: Pick<Logger, 'warn'>,
): Promise<Held | null> {
  // what a write may take after it was checked
  const margin = lease.ms / 4;
  let until = performance.now() + lease.ms;
  const taken = await ledger.take(lease);
  if (taken === null) return null;

  async function renew(held: Taken): Promise<void> {
    const asked = performance.now();
    try {
      if (await ledger.renew(held, lease.ms)) until = asked + lease.ms;
    } catch (thrown) {
      log.warn({ err: thrown }, `lease not renewed: ${messageOf(thrown)}`);
    }
  }

  const timer = setInterval(() => renew(taken), lease.ms / 3);
  timer.unref();
  return {
    taken,
    check() {
      if (performance.now() < until - margin) return;
      const { repository, number } = taken.key;
      throw new JitError(
        'app-lease',
        `${repository}#${number} was held for too long without a word to the ledger; another process may have it.`,
      );
    },
    async release(outcome) {
      clearInterval(timer);
      await ledger.release(taken, outcome);
    },
  };
}

/** What each call does to GitHub. */
const effects: Readonly<Record<keyof AppGitHub, 'reads' | 'writes'>> = {
  defaultBranch: 'reads',
  visibleDefaultBranch: 'reads',
  fileAtBranch: 'reads',
  fileAtCommit: 'reads',
  pullRequest: 'reads',
  changedFiles: 'reads',
  checkRuns: 'reads',
  repositories: 'reads',
  openPullRequests: 'reads',
  queueBranches: 'reads',
  commitsAhead: 'reads',
  pullRequestsOf: 'reads',
  createCheckRun: 'writes',
  updateCheckRun: 'writes',
  workflowRun: 'reads',
  workflowRunsOf: 'reads',
  latestRunOn: 'reads',
  jobs: 'reads',
  executions: 'reads',
  artifacts: 'reads',
  downloadArtifact: 'reads',
  rerunJob: 'writes',
  rerunFailedJobs: 'writes',
  rerunRun: 'writes',
  comment: 'reads',
  comments: 'reads',
  createComment: 'writes',
  updateComment: 'writes',
  minimiseComment: 'writes',
  react: 'writes',
  permission: 'reads',
  account: 'reads',
  inTeam: 'reads',
  codeowners: 'reads',
  namedInCommits: 'reads',
  review: 'reads',
};

/** GitHub for one reconciliation: it writes only while the pull request is ours. */
export function whileHeld(github: AppGitHub, { check }: Pick<Held, 'check'>): AppGitHub {
  const writes = new Set<PropertyKey>(
    Object.entries(effects).flatMap(([name, effect]) => (effect === 'writes' ? name : [])),
  );
  return new Proxy(github, {
    get(target, name) {
      const call: unknown = Reflect.get(target, name);
      if (!writes.has(name) || typeof call !== 'function') return call;
      return async (...given: unknown[]) => {
        check();
        return Reflect.apply(call, target, given);
      };
    },
  });
}

import { hostname } from 'node:os';
import { pid } from 'node:process';
import { messageOf } from '../errors.ts';
import { GitHubError } from '../github/client.ts';
import type { Outcome, PullKey, Taken } from '../ledger/port.ts';
import type { Desk } from './desk.ts';
import { type Held, holdLease } from './held.ts';

/**
 * Brings one pull request up to date. Answers when time alone asks for it again, in ms since the epoch.
 * `held` says whether the pull request is still ours.
 */
export type Reconcile = (key: PullKey, installation: number, held: Held) => Promise<number | null>;

export interface Worker {
  wake(): void;
  /** Starts nothing more; resolves when what runs has ended. */
  stop(): Promise<void>;
  /** Whether it looks into the ledger as often as it should, and the ledger lets it. */
  alive(): boolean;
  /** Resolves when nothing is dirty or running; pull requests that wait for a retry count as done. */
  idle(): Promise<void>;
}

const lastRetryMs = 5 * 60_000;
/** A look that takes as long as this is a ledger that does not answer. */
const leastQuietMs = 15_000;

export interface WorkerPace {
  /** How long a process that died keeps its pull requests from the others; longer than a request to GitHub. */
  readonly leaseMs: number;
  /** How often the ledger is asked for what other processes, time and expired leases left to do. */
  readonly pollMs: number;
  /** What waits after its first failure; twice as long after each further one. */
  readonly retryMs: number;
  /** Pull requests that this process reconciles at the same time; each at most once, by whichever process. */
  readonly reconcileAtOnce: number;
}

/**
 * Works through the ledger's dirty pull requests, so that whatever was recorded before a crash is done after
 * it. One reconciliation per pull request at a time; failures are logged and tried again, ever more rarely.
 */
export function startWorker(
  desk: Omit<Desk, 'wake'>,
  reconcile: Reconcile,
  { leaseMs, pollMs, retryMs, reconcileAtOnce }: WorkerPace,
): Worker {
  const { ledger, log } = desk;
  const lease = { holder: `${hostname()}/${pid}`, ms: leaseMs };
  const running = new Set<Promise<void>>();
  let stopped = false;
  let looking: Promise<void> | null = null;
  let again = false;
  let lookedAt = performance.now();

  function wake(): void {
    again = true;
    looking ??= look().finally(() => {
      looking = null;
      if (again && !stopped) wake();
    });
  }

  /** What fails here, because the ledger does not answer, is tried again at the next poll. */
  async function look(): Promise<void> {
    again = false;
    try {
      while (!stopped && running.size < reconcileAtOnce) {
        const held = await holdLease(ledger, lease, log);
        if (held === null) break;
        const task = work(held).finally(() => {
          running.delete(task);
          if (!stopped) wake();
        });
        running.add(task);
      }
      lookedAt = performance.now();
    } catch (thrown) {
      log.error({ err: thrown }, `nothing could be taken from the ledger: ${messageOf(thrown)}`);
    }
  }

  async function work(held: Held): Promise<void> {
    const { key, installation } = held.taken;
    try {
      const next = await reconcile(key, installation, held);
      await held.release({ kind: 'done', againInMs: next === null ? null : Math.max(next - desk.now(), 0) });
    } catch (thrown) {
      const outcome = retryOf(held.taken, thrown, retryMs);
      log.error({ err: thrown, pull: `${key.repository}#${key.number}`, ...outcome }, messageOf(thrown));
      await held
        .release(outcome)
        .catch((lost) => log.error({ err: lost }, `left until its lease ends: ${messageOf(lost)}`));
    }
  }

  const timer = setInterval(wake, pollMs);
  timer.unref();
  return {
    wake,
    alive: () => !stopped && performance.now() - lookedAt < Math.max(5 * pollMs, leastQuietMs),
    async stop() {
      stopped = true;
      clearInterval(timer);
      await looking;
      await Promise.all(running);
    },
    async idle() {
      while (looking !== null || running.size > 0) await Promise.all([looking, ...running]);
    },
  };
}

/** Ever more rarely; never before GitHub's own limits let us ask again. */
function retryOf({ failures }: Taken, thrown: unknown, retryMs: number): Outcome {
  const usual = Math.min(retryMs * 2 ** failures, lastRetryMs);
  const asked = thrown instanceof GitHubError ? (thrown.retryAfterMs ?? 0) : 0;
  return { kind: 'failed', retryInMs: Math.max(usual, asked) };
}

import { messageOf } from '../errors.ts';
import type { AppCalls } from '../github/port.ts';
import { deliveryRecovery } from './deliveries.ts';
import type { Desk } from './desk.ts';
import { anew } from './log.ts';

const dayMs = 24 * 3600_000;

export interface Sweep {
  /** One round now; what goes wrong is logged and left to the next. */
  round(): Promise<void>;
  stop(): Promise<void>;
}

export interface SweepPace {
  /** Between two rounds. */
  readonly sweepMs: number;
  /** Between two searches of all installations, which is dearer than looking at what is known. */
  readonly discoverMs: number;
  /** See AppConfig. */
  readonly retentionDays: number | null;
}

/**
 * What webhooks failed to tell is found here: failed deliveries are asked for again, every open pull request
 * is reconciled, and pull requests that were never heard of are discovered. Rounds never overlap.
 */
export function startSweep(
  desk: Desk,
  app: AppCalls,
  { sweepMs, discoverMs, retentionDays }: SweepPace,
): Sweep {
  const recover = deliveryRecovery(desk, app);
  let searchAt = Number.NEGATIVE_INFINITY;
  let running: Promise<void> | null = null;
  let stopped = false;

  async function look(): Promise<void> {
    await attempt('failed deliveries', recover);
    if (desk.now() >= searchAt) {
      searchAt = desk.now() + discoverMs;
      await attempt('open pull requests', () => discover(desk, app));
    }
    await attempt('known pull requests', async () => {
      for (const { key, installation } of await desk.ledger.open())
        await desk.ledger.markDirty(key, installation);
    });
    desk.wake();
    await attempt('forgetting', forget);
  }

  async function forget(): Promise<void> {
    if (retentionDays === null) return;
    const before = new Date(desk.now() - retentionDays * dayMs).toISOString();
    const count = await desk.ledger.forget(before);
    if (count > 0) desk.log.info({ count, before }, 'forgot what closed pull requests said');
  }

  async function attempt(what: string, task: () => Promise<unknown>): Promise<void> {
    if (stopped) return;
    try {
      await task();
    } catch (thrown) {
      desk.log.error({ err: thrown }, `sweep, ${what}: ${messageOf(thrown)}`);
    }
  }

  function round(): Promise<void> {
    running ??= anew({ task: 'sweep' }, look).finally(() => {
      running = null;
    });
    return running;
  }

  const timer = setInterval(round, sweepMs);
  timer.unref();
  return {
    round,
    async stop() {
      stopped = true;
      clearInterval(timer);
      await running;
    },
  };
}

async function discover(desk: Desk, app: AppCalls): Promise<void> {
  for (const installation of await app.installations()) {
    const github = await desk.github(installation);
    for (const repository of await github.repositories()) {
      for (const { number } of await github.openPullRequests(repository)) {
        await desk.ledger.markDirty({ repository, number }, installation);
      }
    }
  }
}

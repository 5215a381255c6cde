import { messageOf } from '../errors.ts';
import type { AppCalls } from '../github/port.ts';
import { deliveryRecovery } from './deliveries.ts';
import type { Desk } from './desk.ts';
import { keepDuty } from './duty.ts';
import { anew } from './log.ts';

const dayMs = 24 * 3600_000;

export interface Sweep {
  /** One round now, unless another process sweeps; what goes wrong is logged and left to the next. */
  round(): Promise<void>;
  stop(): Promise<void>;
}

export interface SweepPace {
  /** How long a process that died keeps the others from sweeping. */
  readonly leaseMs: number;
  /** Between two rounds. */
  readonly sweepMs: number;
  /** Between two searches of all installations, which is dearer than looking at what is known. */
  readonly discoverMs: number;
  /** See AppConfig. */
  readonly retentionDays: number | null;
}

/**
 * What webhooks failed to tell is found here: failed deliveries are asked for again, every open pull request
 * is reconciled once nothing else is to do, and pull requests that were never heard of are discovered. Rounds never
 * overlap, and of all processes on one ledger one makes them; when it dies, another does within a lease.
 */
export function startSweep(
  desk: Desk,
  app: AppCalls,
  { leaseMs, sweepMs, discoverMs, retentionDays }: SweepPace,
): Sweep {
  const recover = deliveryRecovery(desk, app);
  let searchAt = Number.NEGATIVE_INFINITY;
  let running: Promise<void> | null = null;
  let stopped = false;
  let nextAt = Number.NEGATIVE_INFINITY;
  const duty = keepDuty(desk, 'sweep', leaseMs);

  async function look(): Promise<void> {
    if (!(await duty.ask())) return;
    nextAt = performance.now() + sweepMs;
    await attempt('failed deliveries', recover);
    if (desk.now() >= searchAt) {
      searchAt = desk.now() + discoverMs;
      await attempt('open pull requests', () => discover(desk, app));
    }
    await attempt('known pull requests', async () => {
      for (const { key, installation } of await desk.ledger.open())
        await desk.ledger.remind(key, installation);
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
    if (stopped || !duty.mine()) return;
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

  /** A duty that was another's until now begins with a round. */
  async function tick(): Promise<void> {
    const had = duty.mine();
    if (!(await duty.ask()) || stopped) return;
    if (!had || performance.now() >= nextAt) await round();
  }

  const timer = setInterval(tick, Math.min(sweepMs, leaseMs / 3));
  timer.unref();
  return {
    round,
    async stop() {
      stopped = true;
      clearInterval(timer);
      await running;
      await duty.leave();
    },
  };
}

async function discover(desk: Desk, app: AppCalls): Promise<void> {
  for (const installation of await app.installations()) {
    const github = await desk.github(installation);
    for (const repository of await github.repositories()) {
      for (const { number } of await github.openPullRequests(repository)) {
        await desk.ledger.remind({ repository, number }, installation);
      }
    }
  }
}

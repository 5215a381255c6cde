import { messageOf } from '../errors.ts';
import type { PullKey } from '../ledger/port.ts';
import type { Desk } from './desk.ts';

/** Brings one pull request up to date. Answers when time alone asks for it again, in ms since the epoch. */
export type Reconcile = (key: PullKey, installation: number) => Promise<number | null>;

export interface Worker {
  wake(): void;
  /** Starts nothing more; resolves when what runs has ended. */
  stop(): Promise<void>;
  /** Resolves when nothing is dirty or running; pull requests that wait for a retry count as done. */
  idle(): Promise<void>;
}

/** Pull requests reconciled at the same time; each at most once. */
const maximumAtOnce = 4;
const firstRetryMs = 2000;
const lastRetryMs = 5 * 60_000;
/** setTimeout's limit is 2^31-1 ms; a day is early enough. */
const longestTimerMs = 24 * 3600_000;

interface Retry {
  readonly failures: number;
  readonly notBefore: number;
}

/**
 * Works through the ledger's dirty pull requests, so that whatever was recorded before a crash is done after
 * it. One reconciliation per pull request at a time; failures are logged and tried again, ever more rarely.
 */
export function startWorker(desk: Omit<Desk, 'wake'>, reconcile: Reconcile): Worker {
  const running = new Map<string, Promise<void>>();
  const retries = new Map<string, Retry>();
  const timers = new Map<string, NodeJS.Timeout>();
  let stopped = false;
  let looking: Promise<void> | null = null;
  let again = false;

  function wake(): void {
    again = true;
    looking ??= look().finally(() => {
      looking = null;
      if (again && !stopped) wake();
    });
  }

  async function look(): Promise<void> {
    again = false;
    const dirty = await desk.ledger.dirty();
    for (const entry of dirty) {
      const name = nameOf(entry.key);
      if (stopped || running.size >= maximumAtOnce) return;
      if (running.has(name) || (retries.get(name)?.notBefore ?? 0) > desk.now()) continue;
      const task = work(name, entry).finally(() => {
        running.delete(name);
        if (!stopped) wake();
      });
      running.set(name, task);
    }
  }

  async function work(
    name: string,
    entry: Awaited<ReturnType<Desk['ledger']['dirty']>>[number],
  ): Promise<void> {
    try {
      const next = await reconcile(entry.key, entry.installation);
      await desk.ledger.clean(entry.key, entry.mark);
      retries.delete(name);
      if (next !== null)
        later(`time ${name}`, next, () => desk.ledger.markDirty(entry.key, entry.installation));
    } catch (thrown) {
      const failures = (retries.get(name)?.failures ?? 0) + 1;
      const wait = Math.min(firstRetryMs * 2 ** (failures - 1), lastRetryMs);
      retries.set(name, { failures, notBefore: desk.now() + wait });
      desk.log.error({ err: thrown, pull: name, failures, retryInMs: wait }, messageOf(thrown));
      later(`retry ${name}`, desk.now() + wait, async () => {});
    }
  }

  function later(name: string, at: number, what: () => Promise<void>): void {
    clearTimeout(timers.get(name));
    const delay = Math.min(Math.max(at - desk.now(), 0), longestTimerMs);
    const timer = setTimeout(() => {
      timers.delete(name);
      what().then(wake, (thrown) => desk.log.error({ err: thrown }, messageOf(thrown)));
    }, delay);
    timer.unref();
    timers.set(name, timer);
  }

  return {
    wake,
    async stop() {
      stopped = true;
      for (const timer of timers.values()) clearTimeout(timer);
      await looking;
      await Promise.all(running.values());
    },
    async idle() {
      while (looking !== null || running.size > 0) await Promise.all([looking, ...running.values()]);
    },
  };
}

function nameOf(key: PullKey): string {
  return `${key.repository}#${key.number}`;
}

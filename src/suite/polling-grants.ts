import { setTimeout as sleep } from 'node:timers/promises';
import type { Found } from '../approval/grant.ts';
import { messageOf } from '../errors.ts';
import { oneLine } from '../report/escape.ts';
import type { Flagged } from '../report/schema.ts';
import type { LiveGrants } from './live-grants.ts';
import { WaitBudget } from './wait-budget.ts';
import { none, outcomeOf } from './waiting-words.ts';

export interface PollingOptions {
  /** Reads the decisions as they are now; what it returns answers by them. */
  readonly reread: () => Promise<(flagged: Flagged) => Promise<Found>>;
  readonly now: () => number;
  /** For the log, as it happens. */
  readonly say: (sentence: string) => void;
  /** Between two readings, milliseconds. */
  readonly everyMs?: number;
  /** How long reading may fail before everybody goes on as held. */
  readonly patienceMs?: number;
}

interface Waiter {
  readonly flagged: Flagged;
  readonly until: number;
  /** Why nothing counted so far; said once. */
  problem: string | null;
  settle(found: Found): void;
}

/** Waits for decisions that nobody tells us of: one reading after another answers for all who wait. */
export function pollingGrants(options: PollingOptions): LiveGrants {
  const { now, say, everyMs = 5000 } = options;
  const budget = new WaitBudget(now);
  const waiters = new Set<Waiter>();
  let polling = false;
  let wake = new AbortController();

  async function poll(): Promise<void> {
    polling = true;
    let wellAt = now();
    while (waiters.size > 0) {
      const problem = await askOnce(options, waiters);
      if (problem === null) wellAt = now();
      for (const waiter of [...waiters]) {
        if (now() >= waiter.until) waiter.settle(none(problem ?? waiter.problem));
        else if (now() - wellAt > (options.patienceMs ?? 60_000)) waiter.settle(none(problem));
      }
      const left = Math.min(everyMs, ...[...waiters].map(({ until }) => until - now()));
      if (waiters.size > 0)
        await sleep(Math.max(0, left), undefined, { signal: wake.signal }).catch(() => {});
    }
    polling = false;
  }

  return {
    async wait(flagged, ms) {
      const allowed = budget.allowed(ms);
      if (allowed < 1000) return none('this run has waited for decisions as long as it may (an hour in all)');
      const stop = budget.start();
      const { promise, resolve } = Promise.withResolvers<Found>();
      const waiter: Waiter = {
        flagged,
        until: now() + allowed,
        problem: null,
        settle(found) {
          waiters.delete(waiter);
          resolve(found);
        },
      };
      waiters.add(waiter);
      const seconds = Math.round(allowed / 1000);
      say(`${flagged.id} waits up to ${seconds} s for a comment on the pull request: /approve ${flagged.id}`);
      if (!polling) void poll();
      const found = await promise.finally(stop);
      say(`${flagged.id}: ${outcomeOf(found)}`);
      return found;
    },
    release(step) {
      for (const { flagged, settle } of [...waiters]) if (flagged.steps.includes(step)) settle(none(null));
      if (waiters.size > 0) return;
      wake.abort();
      wake = new AbortController();
    },
  };
}

/** Settles whoever was decided; the reason where it could not be asked. Never rejects. */
async function askOnce({ reread, say }: PollingOptions, waiters: Set<Waiter>): Promise<string | null> {
  try {
    const ask = await reread();
    for (const waiter of [...waiters]) {
      const found = await ask(waiter.flagged);
      if (!waiters.has(waiter)) {
        // its step has ended meanwhile
        if (found.kind === 'granted') found.giveBack();
      } else if (found.kind !== 'none') waiter.settle(found);
      else if (found.problem !== null && found.problem !== waiter.problem) {
        waiter.problem = found.problem;
        say(`${waiter.flagged.id}: ${oneLine(found.problem).slice(0, 500)}`);
      }
    }
    return null;
  } catch (thrown) {
    return `decisions could not be read: ${oneLine(messageOf(thrown)).slice(0, 300)}`;
  }
}

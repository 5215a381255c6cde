import { setTimeout as sleep } from 'node:timers/promises';
import { noDecisions, takeDecision } from '../approval/decided.ts';
import type { Decisions, Found } from '../approval/grant.ts';
import { type Channel, ChannelRefused, connectionProblem } from '../live/channel.ts';
import { oneLine } from '../report/escape.ts';
import type { Flagged } from '../report/schema.ts';
import type { LiveGrants } from './live-grants.ts';
import { WaitBudget } from './wait-budget.ts';
import { none, outcomeOf } from './waiting-words.ts';

export interface WaitingOptions {
  readonly channel: Channel;
  /** Executions per grant in this job, counted together with those of other sources. */
  readonly used: Map<string, number>;
  readonly now: () => number;
  /** For the log, as it happens. */
  readonly say: (sentence: string) => void;
  /** How long the App may be away before everybody goes on as held. */
  readonly patienceMs?: number;
}

/** Connections that break are tried again after this, ever more slowly up to the second. Milliseconds. */
const pauses = { first: 500, longest: 8000 } as const;

interface Waiter {
  readonly flagged: Flagged;
  settle(found: Found): void;
}

/**
 * Posts holds to the App and waits for its word over one connection. What the App tells is verified as any
 * grant: by the form's own binding, its uses and its expiry. A connection that stays broken releases nothing.
 */
export function waitingGrants(options: WaitingOptions): LiveGrants {
  return new WaitingGrants(options);
}

class WaitingGrants implements LiveGrants {
  readonly #options: WaitingOptions;
  readonly #budget: WaitBudget;
  readonly #waiters = new Set<Waiter>();
  #decisions: Decisions = noDecisions;
  #last: string | null = null;
  #listening: AbortController | null = null;

  constructor(options: WaitingOptions) {
    this.#options = options;
    this.#budget = new WaitBudget(options.now);
  }

  async wait(flagged: Flagged, ms: number): Promise<Found> {
    const allowed = this.#budget.allowed(ms);
    if (allowed < 1000) return none('this run has waited for decisions as long as it may (an hour in all)');
    const stop = this.#budget.start();
    const { promise, resolve } = Promise.withResolvers<Found>();
    const waiter = { flagged, settle: resolve };
    this.#waiters.add(waiter);
    const timer = setTimeout(() => resolve(none(null)), allowed);
    this.#options.say(
      `${flagged.id} waits up to ${Math.round(allowed / 1000)} s for a decision on the pull request.`,
    );
    try {
      this.#post(flagged, this.#options.now() + allowed).catch((thrown: unknown) =>
        resolve(none(connectionProblem(thrown))),
      );
      const found = await promise;
      this.#options.say(`${flagged.id}: ${outcomeOf(found)}`);
      return found;
    } finally {
      clearTimeout(timer);
      stop();
      this.#waiters.delete(waiter);
      if (this.#waiters.size === 0) {
        this.#listening?.abort();
        this.#listening = null;
      }
    }
  }

  release(step: string): void {
    for (const { flagged, settle } of this.#waiters) if (flagged.steps.includes(step)) settle(none(null));
  }

  /** Listens once the App has what is held: before that it has nothing to tell. */
  async #post(flagged: Flagged, until: number): Promise<void> {
    const posted = await this.#persist(() =>
      this.#options.channel.post({ until: new Date(until).toISOString(), holds: [flagged] }),
    );
    const refused = posted?.refused.find(({ fingerprint }) => fingerprint === flagged.fingerprint);
    if (refused !== undefined) throw new ChannelRefused(`the App does not take it: ${refused.why}`);
    this.#tell();
    if (this.#listening === null) {
      const listening = new AbortController();
      this.#listening = listening;
      await this.#listen(listening.signal);
      if (this.#listening === listening) this.#listening = null;
    }
  }

  async #listen(signal: AbortSignal): Promise<void> {
    const { channel, say } = this.#options;
    let away = false;
    const hear = {
      connected: () => {
        if (away) say('The connection to the App is back.');
        away = false;
      },
      decisions: (decisions: Decisions, id: string | null) => {
        this.#decisions = decisions;
        this.#last = id;
        this.#tell();
      },
    };
    try {
      while (this.#waiters.size > 0 && !signal.aborted) {
        await this.#persist(
          async (again) => {
            away ||= again;
            await channel.listen(this.#last, hear, signal);
          },
          signal,
          () => !away,
        );
        // ended in peace: the App asks every job to prove itself again from time to time
        if (this.#waiters.size > 0 && !signal.aborted) await sleep(pauses.first, undefined, { signal });
      }
    } catch (thrown) {
      if (signal.aborted) return;
      const why = connectionProblem(thrown);
      for (const { settle } of this.#waiters) settle(none(why));
    }
  }

  /**
   * Tries until it works, at most as long as the App may be away. A refusal is not tried again. `wasWell` says
   * that the connection stood meanwhile, so that patience begins anew.
   */
  async #persist<T>(
    task: (again: boolean) => Promise<T>,
    signal?: AbortSignal,
    wasWell: () => boolean = () => false,
  ): Promise<T | undefined> {
    const { now, say, patienceMs = 60_000 } = this.#options;
    let since: number | null = null;
    for (let pause: number = pauses.first; ; pause = Math.min(2 * pause, pauses.longest)) {
      try {
        return await task(since !== null);
      } catch (thrown) {
        if (thrown instanceof ChannelRefused || signal?.aborted === true) throw thrown;
        const why = oneLine(connectionProblem(thrown)).slice(0, 300);
        if (since === null || wasWell()) {
          since = now();
          pause = pauses.first;
          say(`The connection to the App broke (${why}); trying again.`);
        }
        if (now() - since > patienceMs)
          throw new ChannelRefused(`the connection to the App broke and did not come back (${why})`);
      }
      await sleep(pause, undefined, signal === undefined ? {} : { signal });
    }
  }

  /** Settles whoever a decision is about. */
  #tell(): void {
    const { used, now } = this.#options;
    for (const waiter of [...this.#waiters]) {
      const loaded = { decisions: this.#decisions, problem: null };
      const found = takeDecision(loaded, waiter.flagged.form, used, now());
      if (found.kind === 'none') continue;
      this.#waiters.delete(waiter);
      waiter.settle(found);
    }
  }
}

import type { Fact } from '../approval/facts.ts';
import { type Entry, firstHead, type Head, nextEntry } from './chain.ts';
import type { KnownPull, Ledger, PullKey, Taken } from './port.ts';
import { recordedFact, storedFact } from './stored-fact.ts';

interface Pull extends KnownPull {
  readonly key: PullKey;
  installation: number;
  open: boolean;
  /** Null while clean; `since` keeps the place in the queue when it is marked again. */
  dirty: { readonly mark: number; readonly since: number } | null;
  lease: { readonly number: number; readonly until: number } | null;
  failures: number;
  notBefore: number;
  /** When time alone asks for it again. */
  wakeAt: number | null;
  /** By GUID, when they were seen. */
  readonly deliveries: Map<string, number>;
  readonly once: Set<string>;
}

/** A ledger that ends with its process: for tests, and for the sandbox. `now` in ms since the epoch. */
export function memoryLedger(now: () => number = Date.now): Ledger {
  const pulls = new Map<string, Pull>();
  const chains = new Map<string, Entry[]>();
  const asked = new Map<string, { readonly attempt: number; readonly at: number }>();
  const duties = new Map<string, { readonly holder: string; readonly until: number }>();
  let marks = 0;

  function pullOf(key: PullKey, installation: number): Pull {
    const known = pulls.get(nameOf(key));
    if (known !== undefined) {
      known.installation = installation;
      return known;
    }
    const pull: Pull = {
      key: { ...key },
      installation,
      open: false,
      dirty: null,
      lease: null,
      failures: 0,
      notBefore: 0,
      wakeAt: null,
      deliveries: new Map(),
      once: new Set(),
    };
    pulls.set(nameOf(key), pull);
    return pull;
  }

  function mark(pull: Pull): void {
    marks++;
    pull.dirty = { mark: marks, since: pull.dirty?.since ?? marks };
  }

  function add(pull: Pull, fact: Fact): void {
    const stored = storedFact(fact);
    if (stored.once !== null && pull.once.has(stored.once)) return;
    if (stored.once !== null) pull.once.add(stored.once);
    const { repository } = pull.key;
    const chain = chains.get(repository) ?? [];
    const { once: _, ...entry } = nextEntry(chain.at(-1) ?? firstHead(repository), pull.key, stored);
    chain.push(entry);
    chains.set(repository, chain);
    if (fact.type === 'pull') pull.open = fact.state === 'open';
  }

  /** A mark, or a time that has come; neither taken nor waiting for a retry. */
  function isDue({ dirty, wakeAt, notBefore, lease }: Pull): boolean {
    const time = now();
    const asked = dirty !== null || (wakeAt !== null && wakeAt <= time);
    return asked && notBefore <= time && (lease === null || lease.until <= time);
  }

  /** The pull request, while its lease is this one. */
  function held(taken: Taken): Pull | undefined {
    const pull = pulls.get(nameOf(taken.key));
    return pull?.lease?.number === taken.lease ? pull : undefined;
  }

  return {
    async record(key, facts, delivery, installation) {
      for (const fact of facts) storedFact(fact);
      const pull = pullOf(key, installation);
      if (delivery !== null && pull.deliveries.has(delivery)) return false;
      if (delivery !== null) pull.deliveries.set(delivery, now());
      for (const fact of facts) add(pull, fact);
      mark(pull);
      return true;
    },
    async facts(key) {
      return (chains.get(key.repository) ?? []).flatMap(({ number, sequence, kept }) =>
        number === key.number && kept !== null ? [recordedFact(sequence, kept.body)] : [],
      );
    },
    async markDirty(key, installation) {
      mark(pullOf(key, installation));
    },
    async remind(key, installation) {
      const pull = pullOf(key, installation);
      pull.wakeAt = Math.min(pull.wakeAt ?? Number.POSITIVE_INFINITY, now());
    },
    async dirty() {
      return [...pulls.values()]
        .filter((pull) => pull.dirty !== null)
        .sort((a, b) => since(a) - since(b))
        .map(known);
    },
    async take(lease) {
      const [pull] = [...pulls.values()].filter(isDue).sort((a, b) => since(a) - since(b));
      if (pull === undefined) return null;
      if (pull.dirty === null) mark(pull);
      pull.wakeAt = null;
      marks++;
      pull.lease = { number: marks, until: now() + lease.ms };
      return { ...known(pull), mark: pull.dirty?.mark ?? marks, lease: marks, failures: pull.failures };
    },
    async renew(taken, ms) {
      const pull = held(taken);
      if (pull !== undefined) pull.lease = { number: taken.lease, until: now() + ms };
      return pull !== undefined;
    },
    async release(taken, outcome) {
      const pull = held(taken);
      if (pull === undefined) return;
      pull.lease = null;
      if (outcome.kind === 'failed') {
        pull.failures++;
        pull.notBefore = now() + outcome.retryInMs;
        return;
      }
      pull.failures = 0;
      pull.wakeAt = outcome.againInMs === null ? null : now() + outcome.againInMs;
      if (pull.dirty?.mark === taken.mark) pull.dirty = null;
    },
    async takeDuty(name, { holder, ms }) {
      const duty = duties.get(name);
      if (duty !== undefined && duty.holder !== holder && duty.until > now()) return false;
      duties.set(name, { holder, until: now() + ms });
      return true;
    },
    async leaveDuty(name, holder) {
      if (duties.get(name)?.holder === holder) duties.delete(name);
    },
    async open() {
      return [...pulls.values()].filter((pull) => pull.open).map(known);
    },
    async known(repository) {
      return [...pulls.values()].filter(({ key }) => key.repository === repository).map(known);
    },
    async arrived(deliveries) {
      const recorded = new Set([...pulls.values()].flatMap((pull) => [...pull.deliveries.keys()]));
      return new Set(deliveries.filter((guid) => recorded.has(guid)));
    },
    async askedFor(deliveries) {
      return new Map(
        [...asked]
          .filter(([guid]) => deliveries.includes(guid))
          .map(([guid, { attempt }]) => [guid, attempt]),
      );
    },
    async noteAskedFor(delivery, attempt) {
      asked.set(delivery, { attempt, at: now() });
    },
    async heads() {
      const heads = [...chains].map(([repository, chain]): Head => chain.at(-1) ?? firstHead(repository));
      return heads
        .map(({ repository, sequence, hash }) => ({ repository, sequence, hash }))
        .sort((a, b) => (a.repository < b.repository ? -1 : 1));
    },
    async entries(repository, after, limit) {
      return (chains.get(repository) ?? []).slice(after, after + limit);
    },
    async forget(before) {
      const time = Date.parse(before);
      for (const [guid, { at }] of asked) if (at < time) asked.delete(guid);
      let count = 0;
      for (const pull of pulls.values()) {
        for (const [guid, seen] of pull.deliveries) if (seen < time) pull.deliveries.delete(guid);
        const chain = chains.get(pull.key.repository) ?? [];
        const own = chain.filter((entry) => entry.number === pull.key.number);
        if (pull.open || own.some((entry) => Date.parse(entry.at) >= time)) continue;
        pull.once.clear();
        for (const entry of own) {
          if (entry.kept !== null) count++;
          chain[entry.sequence - 1] = { ...entry, kept: null };
        }
      }
      return count;
    },
    async close() {},
  };
}

function nameOf({ repository, number }: PullKey): string {
  return JSON.stringify([repository, number]);
}

function known({ key, installation }: Pull): KnownPull {
  return { key, installation };
}

/** Those that only time asks for come last. */
function since({ dirty }: Pull): number {
  return dirty?.since ?? Number.POSITIVE_INFINITY;
}

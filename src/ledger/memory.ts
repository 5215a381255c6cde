import type { Ledger, PullKey } from './port.ts';
import { recordedFact, type StoredFact, storedFact } from './stored-fact.ts';

interface Pull {
  readonly key: PullKey;
  installation: number;
  open: boolean;
  /** Null while clean; `since` keeps the place in the queue when it is marked again. */
  dirty: { readonly mark: number; readonly since: number } | null;
  readonly deliveries: Set<string>;
  readonly once: Set<string>;
  readonly facts: { readonly sequence: number; readonly body: string }[];
}

/** A ledger that ends with its process: for tests, and for the sandbox. */
export function memoryLedger(): Ledger {
  const pulls = new Map<string, Pull>();
  let sequence = 0;
  let marks = 0;

  function pullOf(key: PullKey, installation: number): Pull {
    const name = JSON.stringify([key.repository, key.number]);
    const known = pulls.get(name);
    if (known !== undefined) {
      known.installation = installation;
      return known;
    }
    const pull: Pull = {
      key: { ...key },
      installation,
      open: false,
      dirty: null,
      deliveries: new Set(),
      once: new Set(),
      facts: [],
    };
    pulls.set(name, pull);
    return pull;
  }

  function mark(pull: Pull): void {
    marks++;
    pull.dirty = { mark: marks, since: pull.dirty?.since ?? marks };
  }

  function add(pull: Pull, { type, body, once }: StoredFact): void {
    if (once !== null && pull.once.has(once)) return;
    if (once !== null) pull.once.add(once);
    sequence++;
    pull.facts.push({ sequence, body });
    if (type === 'pull') pull.open = JSON.parse(body).state === 'open';
  }

  return {
    async record(key, facts, delivery, installation) {
      const stored = facts.map(storedFact);
      const pull = pullOf(key, installation);
      if (delivery !== null && pull.deliveries.has(delivery)) return false;
      if (delivery !== null) pull.deliveries.add(delivery);
      for (const fact of stored) add(pull, fact);
      mark(pull);
      return true;
    },
    async facts(key) {
      const pull = pulls.get(JSON.stringify([key.repository, key.number]));
      return (pull?.facts ?? []).map((fact) => recordedFact(fact.sequence, fact.body));
    },
    async markDirty(key, installation) {
      mark(pullOf(key, installation));
    },
    async dirty() {
      return [...pulls.values()]
        .flatMap(({ key, installation, dirty }) => (dirty === null ? [] : [{ key, installation, ...dirty }]))
        .sort((a, b) => a.since - b.since)
        .map(({ key, installation, mark: now }) => ({ key, installation, mark: now }));
    },
    async clean(key, known) {
      const pull = pulls.get(JSON.stringify([key.repository, key.number]));
      if (pull?.dirty?.mark === known) pull.dirty = null;
    },
    async open() {
      return [...pulls.values()]
        .filter((pull) => pull.open)
        .map(({ key, installation }) => ({ key, installation }));
    },
    async close() {},
  };
}

import type { Fact, RecordedFact } from './facts.ts';
import { actionId, shortIdLength } from './fingerprint.ts';

export type IdFact = Extract<Fact, { type: 'id' }>;

export type ResolvedIds =
  | {
      readonly kind: 'found';
      readonly actions: readonly { readonly id: string; readonly fingerprint: string }[];
    }
  | { readonly kind: 'refused'; readonly why: string };

/** Fingerprints by published id. An id belongs for ever to the first fingerprint published under it. */
export function publishedIds(facts: readonly RecordedFact[]): ReadonlyMap<string, string> {
  const ids = new Map<string, string>();
  for (const fact of [...facts].sort((a, b) => a.sequence - b.sequence))
    if (fact.type === 'id' && !ids.has(fact.id)) ids.set(fact.id, fact.fingerprint);
  return ids;
}

/**
 * Ids for the fingerprints that have none yet, as facts to record before anything shows them. One that is
 * taken gets a longer id, so that what was approved under an id never comes to mean something else.
 */
export function assignIds(
  facts: readonly RecordedFact[],
  fingerprints: readonly string[],
  at: string,
): readonly IdFact[] {
  const taken = new Map(publishedIds(facts));
  const named = new Set(taken.values());
  return fingerprints.flatMap((fingerprint) => {
    if (named.has(fingerprint)) return [];
    let length = shortIdLength;
    while (taken.has(actionId(fingerprint, length))) length++;
    const id = actionId(fingerprint, length);
    taken.set(id, fingerprint);
    named.add(fingerprint);
    return [{ type: 'id', at, id, fingerprint } satisfies IdFact];
  });
}

/**
 * What somebody typed → published actions. All or nothing: one id that is unknown or could mean two actions
 * refuses the command. `open` are the ids that wait for a decision, for the message.
 */
export function resolveIds(
  facts: readonly RecordedFact[],
  typed: readonly string[],
  open: readonly string[],
): ResolvedIds {
  const ids = publishedIds(facts);
  const actions = new Map<string, string>();
  for (const text of typed) {
    const candidates = candidatesFor(ids, text.toLowerCase());
    const [only, other] = candidates;
    if (only === undefined) return { kind: 'refused', why: unknownId(text, open) };
    if (other !== undefined)
      return {
        kind: 'refused',
        why: `\`${text}\` could mean ${candidates.map(([id]) => `\`${id}\``).join(' or ')}; type more of the id`,
      };
    actions.set(...only);
  }
  return { kind: 'found', actions: [...actions].map(([id, fingerprint]) => ({ id, fingerprint })) };
}

/** A published id that is typed whole means just that one, though a longer id may begin with it. */
function candidatesFor(
  ids: ReadonlyMap<string, string>,
  text: string,
): readonly (readonly [string, string])[] {
  const exact = ids.get(text);
  if (exact !== undefined) return [[text, exact]];
  return [...ids].filter(([id, fingerprint]) =>
    // the log of a job may print more of the fingerprint than was published
    text.length < id.length ? id.startsWith(text) : actionId(fingerprint, text.length) === text,
  );
}

function unknownId(text: string, open: readonly string[]): string {
  const waiting =
    open.length === 0
      ? 'nothing waits for a decision'
      : `waiting: ${open.map((id) => `\`${id}\``).join(', ')}`;
  return `\`${text}\` is not an action of this pull request; ${waiting}`;
}

import { type Fact, factSchema, type RecordedFact } from '../approval/facts.ts';
import { JitError } from '../errors.ts';
import { canonical } from '../policy/canonical.ts';

/** A fact as a ledger keeps it. */
export interface StoredFact {
  readonly type: Fact['type'];
  readonly at: string;
  /** Canonical JSON. */
  readonly body: string;
  /** What may occur once per pull request; null for facts that may repeat. */
  readonly once: string | null;
}

/** Refuses what is no fact before anything is written. */
export function storedFact(fact: Fact): StoredFact {
  const parsed = factSchema.safeParse(fact);
  if (!parsed.success) throw invalid('to be recorded', parsed.error.issues[0]);
  const { type, at } = parsed.data;
  return { type, at, body: canonical(parsed.data), once: once(parsed.data) };
}

export function recordedFact(sequence: number, body: string): RecordedFact {
  const parsed = factSchema.safeParse(JSON.parse(body));
  if (!parsed.success) throw invalid(`number ${sequence} of the ledger`, parsed.error.issues[0]);
  return { ...parsed.data, sequence };
}

/** One comment or click votes once per action, is answered once and commands once, however often it comes. */
function once(fact: Fact): string | null {
  switch (fact.type) {
    case 'vote':
      return JSON.stringify([fact.type, fact.source, fact.fingerprint]);
    case 'answer':
    case 'command':
      return JSON.stringify([fact.type, fact.source]);
    default:
      return null;
  }
}

function invalid(
  which: string,
  issue: { readonly path: readonly PropertyKey[]; readonly message: string } | undefined,
) {
  const where = issue?.path.map(String).join('.') ?? '';
  return new JitError('ledger-fact', `The fact ${which} is not valid at "${where}": ${issue?.message ?? ''}`);
}

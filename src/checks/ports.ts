import type { TransactionScope } from '../policy/judge.ts';
import type { FactName, Facts } from '../policy/verdict.ts';
import type { UniqueAction } from './unique/unique.ts';

/** What a check can use beside the runtime action; where nothing is given, what needs it is unknown. */
export interface CheckPorts {
  readonly scope: TransactionScope | null;
  /** Where the runtime action reserves the keys that it writes. */
  readonly unique?: UniqueAction;
  /** From which scripts get the variables that the policy names. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What is known so far, with those that are lacking. */
  readonly facts: (lacking: ReadonlySet<FactName>) => Promise<Facts>;
}

export const noPorts: CheckPorts = { scope: null, environment: {}, facts: async () => ({}) };

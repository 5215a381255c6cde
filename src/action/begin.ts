import { policyFile, policyTexts } from '../github/policy-source.ts';
import type { RepositoryReader } from '../github/port.ts';
import type { PolicyText } from '../policy/parse.ts';
import { type Environment, type JobContext, jobContext } from './job-context.ts';
import { jobReader } from './reader.ts';

/** A job whose policy is being read. */
export interface Begun {
  readonly context: JobContext;
  /** Null without a token. */
  readonly reader: RepositoryReader | null;
  /** Path of the policy in its repository. */
  readonly file: string;
  /** Null where it cannot be read at all. */
  readonly texts: Promise<readonly PolicyText[]> | null;
}

/** Asks for the policy, so that GitHub answers while everything else is still being loaded. */
export function beginJob(environment: Environment): Begun {
  const context = jobContext(environment);
  const reader = jobReader(environment);
  const file = environment.JIT_INPUT_POLICY || policyFile;
  const { repository, head } = context.run;
  if (reader === null || repository === null) return { context, reader, file, texts: null };
  const texts = policyTexts(reader, repository, context.policyBranch, head, file);
  // a failure is said by whoever waits for it
  texts.catch(() => undefined);
  return { context, reader, file, texts };
}

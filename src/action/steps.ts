import { JitError } from '../errors.ts';
import { policyFile } from '../github/policy-source.ts';
import { type Policy, suiteOf } from '../policy/parse.ts';
import { parseSteps, type Suite, singleStep, suiteFrom } from '../suite/steps.ts';
import { headText } from './head-policy.ts';
import type { Environment, JobContext } from './job-context.ts';

/**
 * The suite of this job: the input `steps` or `run`, else `suite` of the policy file in the workspace. That
 * one part is the pull request's own code, as its tests are, and is read from the head.
 */
export async function stepsOfJob(
  environment: Environment,
  context: JobContext,
  policy: Policy,
): Promise<Suite> {
  const [steps, run] = [environment.JIT_INPUT_STEPS ?? '', environment.JIT_INPUT_RUN ?? ''];
  if (steps !== '' && run !== '')
    throw new JitError('STEPS', 'Give either the input "run" or the input "steps", not both.');
  const parallel = parallelOf(environment.JIT_INPUT_PARALLEL ?? '');
  if (steps !== '') return { steps: parseSteps(steps), parallel: parallel ?? 1 };
  if (run !== '') return { steps: singleStep(run), parallel: 1 };
  const text = await headText(context, environment.JIT_INPUT_POLICY || policyFile);
  const suite = text === null ? policy.suite : suiteOf(text);
  if (suite !== null) {
    const given = suiteFrom(suite);
    return { ...given, parallel: parallel ?? given.parallel };
  }
  throw new JitError(
    'STEPS',
    'There is nothing to run: give the input "run" or "steps", or write suite.steps into the policy file.',
  );
}

/** Null where the input is empty. */
function parallelOf(input: string): number | null {
  if (input === '') return null;
  if (/^([1-9]|1[0-6])$/.test(input)) return Number(input);
  throw new JitError('STEPS', `The input "parallel" is expected as a number from 1 to 16; it is "${input}".`);
}

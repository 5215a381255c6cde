import { JitError } from '../errors.ts';
import { policyFile } from '../github/policy-source.ts';
import { type Policy, suiteOf } from '../policy/parse.ts';
import { parseSteps, resolveSteps, type Step, singleStep } from '../suite/steps.ts';
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
): Promise<Step[]> {
  const [steps, run] = [environment.JIT_INPUT_STEPS ?? '', environment.JIT_INPUT_RUN ?? ''];
  if (steps !== '' && run !== '')
    throw new JitError('STEPS', 'Give either the input "run" or the input "steps", not both.');
  if (steps !== '') return parseSteps(steps);
  if (run !== '') return singleStep(run);
  const text = await headText(context, environment.JIT_INPUT_POLICY || policyFile);
  const suite = text === null ? policy.suite : suiteOf(text);
  if (suite !== null) return resolveSteps(suite.steps);
  throw new JitError(
    'STEPS',
    'There is nothing to run: give the input "run" or "steps", or write suite.steps into the policy file.',
  );
}

import * as YAML from 'yaml';
import * as z from 'zod';
import { JitError } from '../../errors.ts';
import { validateWorkflow } from './validate.ts';

/**
 * The part of workflow and action files that the runner reads. Unknown keys have been refused by GitHub's own
 * schema before (validate.ts), so these schemas only give types.
 */

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const environment = z.union([z.record(z.string(), scalar), z.string()]);
const condition = z.union([z.string(), z.boolean(), z.number()]);
const defaults = z.object({
  run: z.object({ shell: z.string().optional(), 'working-directory': z.string().optional() }).optional(),
});

const concurrency = z.union([
  z.string(),
  z.object({
    group: z.string(),
    'cancel-in-progress': z.union([z.boolean(), z.string()]).optional(),
    queue: z.string().optional(),
  }),
]);
export type ConcurrencyDefinition = z.infer<typeof concurrency>;

export const stepSchema = z.object({
  id: z.string().optional(),
  name: scalar.optional(),
  if: condition.optional(),
  run: z.union([z.string(), z.number(), z.boolean()]).optional(),
  uses: z.string().optional(),
  with: z.record(z.string(), scalar).optional(),
  env: environment.optional(),
  shell: z.string().optional(),
  'working-directory': z.string().optional(),
  'continue-on-error': z.union([z.boolean(), z.string()]).optional(),
  'timeout-minutes': z.union([z.number(), z.string()]).optional(),
});
export type StepDefinition = z.infer<typeof stepSchema>;

const jobSchema = z.object({
  name: scalar.optional(),
  needs: z.union([z.string(), z.array(z.string())]).optional(),
  if: condition.optional(),
  permissions: z.unknown().optional(),
  uses: z.string().optional(),
  container: z.unknown().optional(),
  services: z.union([z.record(z.string(), z.unknown()), z.string()]).optional(),
  strategy: z
    .object({ matrix: z.unknown().optional(), 'fail-fast': z.union([z.boolean(), z.string()]).optional() })
    .optional(),
  concurrency: concurrency.optional(),
  env: environment.optional(),
  defaults: defaults.optional(),
  outputs: z.record(z.string(), scalar).optional(),
  'continue-on-error': z.union([z.boolean(), z.string()]).optional(),
  'timeout-minutes': z.union([z.number(), z.string()]).optional(),
  steps: z.array(stepSchema).optional(),
});
export type JobDefinition = z.infer<typeof jobSchema>;

const workflowSchema = z.object({
  name: scalar.optional(),
  on: z.unknown(),
  env: environment.optional(),
  defaults: defaults.optional(),
  permissions: z.unknown().optional(),
  concurrency: concurrency.optional(),
  jobs: z.record(z.string(), jobSchema),
});
export type Workflow = z.infer<typeof workflowSchema>;

/** Throws a JitError `workflow-invalid` with GitHub's own findings. */
export function parseWorkflow(text: string, file = 'workflow'): Workflow {
  const problems = validateWorkflow(text, file);
  if (problems.length > 0) {
    throw new JitError('workflow-invalid', `Invalid workflow file: ${problems.join('; ')}`);
  }
  return workflowSchema.parse(YAML.parse(text));
}

export function jobOf(workflow: Workflow, key: string): JobDefinition {
  const job = workflow.jobs[key];
  if (job === undefined) {
    const known = Object.keys(workflow.jobs).join(', ');
    throw new JitError('job-unknown', `The workflow has no job "${key}"; its jobs are: ${known}.`);
  }
  return job;
}

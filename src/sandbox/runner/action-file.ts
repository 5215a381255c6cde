import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as YAML from 'yaml';
import * as z from 'zod';
import { StepFailure } from './job.ts';
import { validateAction } from './validate.ts';
import { stepSchema } from './workflow.ts';

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const inputs = z
  .record(
    z.string(),
    z.object({ default: scalar.optional(), deprecationMessage: z.string().optional() }).nullable(),
  )
  .nullish();
const outputs = z.record(z.string(), z.object({ value: scalar.optional() }).nullable()).nullish();

const compositeSchema = z.object({ using: z.literal('composite'), steps: z.array(stepSchema) });
const javascriptSchema = z.object({
  using: z.enum(['node20', 'node24']),
  main: z.string(),
  pre: z.string().optional(),
  post: z.string().optional(),
  'post-if': z.string().optional(),
});
const actionSchema = z.object({
  name: z.string(),
  inputs,
  outputs,
  runs: z.discriminatedUnion('using', [compositeSchema, javascriptSchema]),
});
export type ActionFile = z.infer<typeof actionSchema>;
export type CompositeRuns = z.infer<typeof compositeSchema>;
export type JavascriptRuns = z.infer<typeof javascriptSchema>;

/** Reads `action.yml` or `action.yaml` of a folder. Throws a StepFailure that names what is wrong with it. */
export function readActionFile(folder: string, uses: string): ActionFile {
  const file = ['action.yml', 'action.yaml']
    .map((name) => join(folder, name))
    .find((path) => existsSync(path));
  if (file === undefined) {
    throw new StepFailure(
      `Can't find 'action.yml' or 'action.yaml' for action '${uses}' under '${folder}'. ` +
        'Did you forget to run actions/checkout before running your local action?',
    );
  }
  const text = readFileSync(file, 'utf8');
  const problems = validateAction(text, `${uses}/action.yml`);
  if (problems.length > 0) throw new StepFailure(`Failed to load ${uses}/action.yml: ${problems.join('; ')}`);
  const read = actionSchema.safeParse(YAML.parse(text));
  if (!read.success) {
    throw new StepFailure(
      `The action '${uses}' cannot run here: this runner knows composite actions and JavaScript actions ` +
        `(node20, node24). ${z.prettifyError(read.error)}`,
    );
  }
  return read.data;
}

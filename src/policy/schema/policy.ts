import * as z from 'zod';
import { approvalsSchema } from './approvals.ts';
import { guardsSchema } from './guards.ts';
import { ruleSchema } from './rules.ts';
import { suiteSchema } from './suite.ts';
import { targetSchema } from './targets.ts';

/** A path that stays inside of the repository. */
export const extendedPath = /^(?!\/)(?!.*[\\:])(?!(.*\/)?\.\.?\/).+\.ya?ml$/;

const extended = z
  .string()
  .max(300)
  .regex(extendedPath, 'a YAML file of this repository, as a path from its top without ".."');

/** The whole policy file. Strict everywhere: a misspelt key is an error, never a silently weaker policy. */
export const policySchema = z.strictObject({
  version: z.literal(1),
  app: z.int().min(1).optional().describe('Id of the App whose check runs may carry grants'),
  workflows: z
    .array(z.string().min(1))
    .default([])
    .describe('What must have reported before the gate is green'),
  unreported: z
    .enum(['pass', 'block'])
    .default('pass')
    .describe('What the gate says when none of the workflows was started'),
  default: z
    .enum(['allow', 'hold', 'deny'])
    .describe('What happens to what no `allow` rule of the same file matches; other rules only add to it'),
  mode: z
    .enum(['enforce', 'record'])
    .default('enforce')
    .describe('`record` holds and denies nothing: everything runs, and the report says what would have been'),
  'without-pull-request': z
    .enum(['hold', 'deny', 'allow'])
    .default('hold')
    .describe('What a hold that nobody approved means in a run without a pull request (push, schedule, …)'),
  extends: z
    .union([extended, z.array(extended).min(1).max(3)])
    .optional()
    .describe('Files of the same repository whose rules, targets and guards count too'),
  organisation: z
    .literal('required')
    .optional()
    .describe("Nothing runs unless the organisation's policy can be read"),
  suite: suiteSchema.optional(),
  targets: z.record(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/), targetSchema).default({}),
  approvals: approvalsSchema.default({}),
  guards: guardsSchema.default({}).describe('Built-in rules, asked for by name'),
  rules: z.array(ruleSchema).default([]),
});
export type PolicySpec = z.infer<typeof policySchema>;

import * as z from 'zod';

/** Runtime actions as people write them, and what a policy is expected to say of each. */
const targetSpec = z
  .union([
    z.string().min(1),
    z.strictObject({
      name: z.string().min(1),
      host: z.string().optional(),
      port: z.int().optional(),
      database: z.string().optional(),
      disposable: z.boolean().optional(),
      declared: z.boolean().optional(),
    }),
  ])
  .describe("A target's name in the policy, or an undeclared one in full");

const sqlSpec = z.strictObject({
  statement: z.string().min(1),
  params: z.array(z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
  target: targetSpec.optional(),
  role: z.string().optional(),
  schema: z
    .string()
    .nullable()
    .optional()
    .describe('Where unqualified names are; null: they cannot be resolved'),
  estimatedRows: z.number().min(0).optional().describe('As EXPLAIN would say; unknown where left out'),
});

const httpSpec = z.strictObject({
  method: z.string().min(1),
  url: z.string().min(1).describe('A URL, or a path of a declared target'),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.json().optional(),
  target: targetSpec.optional(),
});

const commandSpec = z.strictObject({
  argv: z.array(z.string()).min(1),
  name: z.string().optional(),
  cwd: z.string().optional(),
});

const callSpec = z.strictObject({
  name: z.string().min(1),
  params: z.json().optional(),
  target: targetSpec.optional(),
});

/** `sql: DELETE FROM users` and `http: GET https://…` are short for the statement and for method and URL alone. */
export const writtenActionSchema = z.union([
  z.strictObject({ sql: z.union([z.string().min(1), sqlSpec]) }),
  z.strictObject({ http: z.union([z.string().regex(/^[A-Z]+ \S+$/, 'a method and a URL'), httpSpec]) }),
  z.strictObject({ command: z.union([z.array(z.string()).min(1), commandSpec]) }),
  z.strictObject({ call: z.union([z.string().min(1), callSpec]) }),
]);
export type WrittenAction = z.infer<typeof writtenActionSchema>;
export type WrittenTarget = z.infer<typeof targetSpec>;

export const writtenRunSchema = z.strictObject({
  event: z.string().optional(),
  base: z.string().optional(),
  head: z.string().optional(),
  author: z.string().optional(),
  step: z.string().optional(),
  attempt: z.int().min(1).optional(),
  labels: z.array(z.string()).optional().describe('Of the pull request'),
  changedFiles: z.array(z.string()).optional().describe('Paths that the pull request changes'),
  now: z.iso.datetime({ offset: true }).optional().describe('When it is judged'),
});
export type WrittenRun = z.infer<typeof writtenRunSchema>;

const outcome = z.enum(['passed', 'failed', 'unknown']);

/** A file for `explain --action`: one runtime action. */
export const actionFileSchema = z.strictObject({
  action: writtenActionSchema,
  run: writtenRunSchema.optional(),
  checks: z.record(z.string(), outcome).optional(),
});

export const caseSchema = z.strictObject({
  name: z.string().min(1).max(300),
  ...actionFileSchema.shape,
  expect: z.strictObject({
    verdict: z.enum(['allow', 'hold', 'deny']),
    rule: z.string().optional().describe('One of the rules that decide'),
    rules: z.array(z.string()).optional().describe('Exactly the rules that decide'),
  }),
});
export type Case = z.infer<typeof caseSchema>;

/** The companion file of a policy: `jit-approval.test.yml` beside `jit-approval.yml`. */
export const casesSchema = z.strictObject({
  policy: z.string().min(1).optional().describe('Relative to this file'),
  tests: z.array(caseSchema).min(1).max(5000),
});

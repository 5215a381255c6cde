import * as z from 'zod';
import { sqlOperations } from '../action.ts';
import { approvalsSchema, durationSchema } from './approvals.ts';
import { variable } from './targets.ts';

const pattern = z.string().min(1).max(500);
const patterns = z.union([pattern, z.array(pattern).min(1)]);
const operations = z.union([z.enum(sqlOperations), z.array(z.enum(sqlOperations)).min(1)]);

export const sqlMatcherSchema = z.strictObject({
  operation: operations.optional(),
  table: patterns.optional().describe('What the operation changes; for select, what it reads'),
  column: patterns.optional(),
  function: patterns.optional(),
  target: patterns.optional(),
});

export const httpMatcherSchema = z.strictObject({
  method: patterns.optional(),
  host: patterns.optional(),
  path: patterns.optional(),
  target: patterns.optional(),
});

export const commandMatcherSchema = z.strictObject({
  name: patterns.optional().describe('What `guard --kind` was given'),
  argv: patterns.optional().describe('Matches the words of the command joined by single spaces'),
});

export const callMatcherSchema = z.strictObject({ name: patterns.optional(), target: patterns.optional() });

/** A matcher has exactly one kind. */
export const matcherSchema = z.union([
  z.strictObject({ sql: sqlMatcherSchema }),
  z.strictObject({ http: httpMatcherSchema }),
  z.strictObject({ command: commandMatcherSchema }),
  z.strictObject({ call: callMatcherSchema }),
]);
export type MatcherSpec = z.infer<typeof matcherSchema>;

const expression = z.string().min(1).max(10_000);
const exemption = z.union([expression, matcherSchema]);
const reason = z.string().min(1).max(1000);

const uniqueSchema = z.strictObject({
  key: z
    .array(z.string().min(1).max(300))
    .min(1)
    .max(32)
    .describe(
      'Columns (email, lower(email)), or fields (body.email, params.email), that together are unique',
    ),
  nulls: z
    .enum(['distinct', 'not distinct'])
    .optional()
    .describe('As in CREATE UNIQUE INDEX; default distinct'),
});

const script = z.string().min(1).describe('Module or script with a #! line, relative to the repository');
const scriptSchema = z.union([
  script,
  z.strictObject({
    file: script,
    env: z.array(variable).optional().describe('Variables that it sees; without it none'),
    timeout: durationSchema.optional().describe('Default 5s'),
    memory: z.int().min(16).max(65_536).optional().describe('MiB, default 256'),
  }),
]);

const checkSchema = z.union([
  z.strictObject({ expression: expression.describe('CEL that must be true') }),
  z.strictObject({ schema: z.string().min(1).describe('JSON Schema file, relative to the repository') }),
  z.strictObject({
    unique: uniqueSchema.describe('No two records of the run and of the live table have this key'),
  }),
  z.strictObject({
    columns: z.strictObject({}).describe('Columns, types, NOT NULL and CHECK agree with the live table'),
  }),
  z.strictObject({ script: scriptSchema }),
]);
export type CheckFileSpec = z.infer<typeof checkSchema>;

/** One rule. Which effects may stand together is checked after parsing, see meaning.ts. */
export const ruleSchema = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/, 'an id of letters, digits, "-", "_" and "."'),
  on: matcherSchema,
  when: expression.optional(),
  unless: z.union([expression, matcherSchema, z.array(exemption)]).optional(),
  varies: z.array(z.string().min(1).max(300)).optional().describe('Values that an approval does not bind'),
  identity: z.literal('exact').optional().describe('No offer of Approve varying'),
  repeat: z.literal('any').optional().describe('Executions are not counted on later heads'),
  uses: z.literal('once').optional().describe('An approval is spent by the run that used it'),
  allow: z.strictObject({ reason: reason.optional() }).optional(),
  hold: z
    .strictObject({
      reason,
      approvals: approvalsSchema.optional(),
      wait: durationSchema.optional(),
      remember: z.literal(false).optional().describe('No exception by rule is proposed to who decides'),
    })
    .optional(),
  deny: z.strictObject({ reason }).optional(),
  check: z.array(checkSchema).min(1).optional(),
  otherwise: z.enum(['deny', 'hold']).optional().describe('What a failed check means; default deny'),
});
export type RuleSpec = z.infer<typeof ruleSchema>;

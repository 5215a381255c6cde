import * as z from 'zod';
import { actionFormSchema } from '../approval/form.ts';

/** What of a runtime action, besides its form, a policy can read: enough to judge it again under another one. */
const line = (max: number) => z.string().max(max);
const tableSchema = z.strictObject({
  schema: line(300).nullable(),
  name: line(300),
  standsForOthers: z.literal(true).optional(),
});

const sqlRestSchema = z.strictObject({
  kind: z.literal('sql'),
  /** How many of the form's values stand in the statement; the rest are parameters that nothing refers to. */
  holes: z.int().min(0),
  /** Per value of the form: the number of the parameter that carried it and its type; null for a literal. */
  parameters: z.array(z.strictObject({ number: z.int().min(1).max(65_535), oid: z.int().min(0) }).nullable()),
  /** Why the statement was not understood as a whole. */
  unknown: z.array(line(1000)).max(20),
  /** As the session resolved them, in the order of the statement; null where nobody asked or it could not. */
  relations: z.array(tableSchema.nullable()).max(1000).nullable(),
  /** By EXPLAIN; null where nobody asked or it could not be told. */
  estimatedRows: z.number().min(0).nullable(),
});

const httpRestSchema = z.strictObject({
  kind: z.literal('http'),
  /** Null for a tunnel, of which only host and port can be seen. */
  method: line(100).nullable(),
  scheme: z.enum(['http', 'https']),
  host: line(300),
  port: z.int(),
  path: line(8000).nullable(),
  query: z.array(line(300)).nullable(),
  contentType: line(300).nullable(),
  /** `json`: the form holds it. Otherwise there was none, or why it could not be read. */
  body: z.enum(['none', 'json', 'unread']),
  unread: line(1000).nullable(),
  digest: line(64).nullable(),
});

export const recordedSchema = z.strictObject({
  /** Without secrets, and without rules. */
  form: actionFormSchema,
  target: z.strictObject({
    name: line(300),
    kind: z.enum(['postgres', 'http', 'command', 'call']),
    declared: z.boolean(),
    disposable: z.boolean(),
    host: line(300).nullable(),
    port: z.int().nullable(),
    database: line(300).nullable(),
  }),
  rest: z.discriminatedUnion('kind', [
    sqlRestSchema,
    httpRestSchema,
    z.strictObject({ kind: z.literal('command'), name: line(300) }),
    z.strictObject({ kind: z.literal('call'), name: line(300), unread: line(1000).nullable() }),
  ]),
  step: line(100),
  /** What the policy of the run said, whatever people decided. */
  decision: z.enum(['allow', 'hold', 'deny']),
  rules: z.array(line(200)).max(100),
  /** Id under which it was flagged. */
  id: line(52).nullable(),
  checks: z
    .array(
      z.strictObject({
        /** The check as its rule wrote it, as JSON. */
        check: line(20_000),
        outcome: z.enum(['passed', 'failed', 'unknown']),
        expected: line(2000),
        met: line(2000),
      }),
    )
    .max(20),
  count: z.int().min(1),
});
export type Recorded = z.infer<typeof recordedSchema>;

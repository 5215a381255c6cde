import * as z from 'zod';
import { type Json, JsonNumber } from '../../policy/action.ts';

/**
 * What the local API takes. This is the contract for callers in other languages:
 *
 *   POST $JIT_APPROVAL_URL/v1/judge   Content-Type: application/json
 *     {"kind":"call","name":"email.send","params":{…},"target":"mailer","cwd":"…","origin":{"file":"…","line":1}}
 *     {"kind":"command","name":"deploy","argv":["make","deploy"],"cwd":"/work"}
 *   200 {"outcome":"allow","ticket":"…"}
 *   200 {"outcome":"held"|"denied","actionId":"…","message":"…","detail":"…","hint":"…"}
 *
 *   POST $JIT_APPROVAL_URL/v1/settle  {"ticket":"…","settlement":"completed"|"failed"|"void","latencyMs":12.5}
 *   204
 *
 * The first answer may take as long as people take, where a rule waits. Anything but 200 means: do not do it.
 */
const json = z.custom<Json>((value) => value !== undefined);
const number = z
  .custom<JsonNumber>((value) => JsonNumber.is(value))
  .transform((value) => Number(value.number));

const origin = z.strictObject({ file: z.string().min(1).max(4096), line: number.pipe(z.int().min(1)) });

const common = {
  target: z.string().min(1).max(200).optional(),
  origin: origin.optional(),
};

export const judgeRequestSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('call'),
    name: z.string().min(1).max(200),
    params: json.optional(),
    /** Why `params` is missing although there are some. */
    unreadable: z.string().min(1).max(300).optional(),
    cwd: z.string().max(4096).optional(),
    ...common,
  }),
  z.strictObject({
    kind: z.literal('command'),
    name: z.string().min(1).max(200).optional(),
    argv: z.array(z.string()).min(1),
    cwd: z.string().min(1).max(4096),
    ...common,
  }),
]);
export type JudgeRequest = z.infer<typeof judgeRequestSchema>;

export const settleRequestSchema = z.strictObject({
  ticket: z.string().max(100),
  settlement: z.enum(['completed', 'failed', 'void']),
  latencyMs: number.pipe(z.number().min(0)).optional(),
});

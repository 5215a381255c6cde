import * as z from 'zod';

/** `30s`, `15m`, `24h`, `7d`. */
export const durationSchema = z
  .string()
  .regex(/^[1-9][0-9]{0,5}(s|m|h|d)$/, 'a duration such as 30s, 15m, 24h or 7d');

/** Roles that may be asked for, weakest first. Not `read`: on a public repository everybody has it. */
export const roles = ['triage', 'write', 'maintain', 'admin'] as const;

const teamSchema = z.string().regex(/^[^/\s]+\/[^/\s]+$/, 'a team as organisation/team');

const breakGlassSchema = z.strictObject({
  role: z.string().min(1).optional().describe('This repository role or a stronger one'),
  teams: z.array(teamSchema).optional().describe('Or a member of these teams'),
  users: z.array(z.string().min(1)).optional().describe('Or one of these people'),
  author: z.boolean().optional().describe("Also the pull request's author, who else may not"),
  contributors: z.boolean().optional().describe('Also people who pushed to it, who else may not'),
});

/** Every field is optional: what a rule leaves out comes from the file's `approvals`, then from the defaults. */
export const approvalsSchema = z.strictObject({
  count: z.int().min(1).max(50).optional().describe('How many distinct people'),
  from: z
    .strictObject({
      role: z.string().min(1).optional().describe('This repository role or a stronger one'),
      teams: z.array(teamSchema).optional(),
      users: z.array(z.string().min(1)).optional(),
      codeowners: z
        .boolean()
        .optional()
        .describe(
          "Owners, by the base's CODEOWNERS, of the file that caused the action; role maintain if none",
        ),
    })
    .optional(),
  author: z.boolean().optional().describe("Whether the pull request's author counts"),
  contributors: z.boolean().optional().describe('Whether people who pushed to the pull request count'),
  expires: durationSchema.optional(),
  remind: durationSchema
    .optional()
    .describe('So long before the time is over whoever can decide is reminded, once'),
  scope: z.enum(['pull-request', 'commit']).optional(),
  breakGlass: z
    .union([z.literal(false), breakGlassSchema])
    .optional()
    .describe('Who may approve alone, in an emergency, by `/approve! ID -- reason`; nobody without it'),
});
export type Approvals = z.infer<typeof approvalsSchema>;

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of a duration that the schema accepted. */
export function durationMs(text: string): number {
  return Number(text.slice(0, -1)) * (unitMs[text.slice(-1)] ?? Number.NaN);
}

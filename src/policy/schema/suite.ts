import * as z from 'zod';

/** Names of environment variables as POSIX has them; what a shell could not export is a typing error. */
const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'a name of letters, digits and "_"');

/** A folder inside of the workspace. */
const folder = z
  .string()
  .max(300)
  .regex(/^(?!\/)(?!.*[\\:])(?!(.*\/)?\.\.(\/|$)).+$/, 'a folder of the repository, as a path without ".."');

const command = z.string().min(1).max(65_536);

/** One named command; the keys that GitHub's own steps have are spelt as there. */
export const stepSchema = z.strictObject({
  id: z.string().regex(/^[A-Za-z_][A-Za-z0-9_-]{0,99}$/, 'an id of letters, digits, "_" and "-"'),
  run: command,
  needs: z.array(z.string()).optional().describe('Without it a step needs all steps above it'),
  env: z
    .record(variable, z.union([z.string(), z.number(), z.boolean()]))
    .optional()
    .describe('Variables of this step alone; none that a gate sets or takes over'),
  'working-directory': folder.optional().describe('Where it runs, relative to where the suite runs'),
  'timeout-minutes': z
    .number()
    .positive()
    .max(360)
    .optional()
    .describe('After this it is interrupted, and has failed'),
  'continue-on-error': z
    .boolean()
    .optional()
    .describe('Its own failure fails neither the suite nor what needs it; a hold is never forgiven'),
  'before-rerun': command
    .optional()
    .describe('Cleans up what an earlier attempt left, before this step runs again'),
  rerun: command
    .optional()
    .describe(
      'Runs instead of `run` where only held actions are to run again; `{files}` are the files that caused them',
    ),
});
export type StepSpec = z.infer<typeof stepSchema>;

export const suiteSchema = z.strictObject({
  parallel: z
    .int()
    .min(1)
    .max(16)
    .optional()
    .describe('How many steps may run at a time, once what they need has passed'),
  steps: z.array(stepSchema).min(1).max(1000),
});
export type SuiteSpec = z.infer<typeof suiteSchema>;

import * as z from 'zod';

export const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable');

const postgresSchema = z.union([
  z.strictObject({ env: variable.describe('Variable that holds the connection URL') }),
  z.strictObject({ host: variable, port: variable, user: variable, password: variable, database: variable }),
]);

const httpSchema = z.union([
  z.strictObject({ env: variable.describe('Variable that holds the base URL') }),
  z.strictObject({ host: z.string().min(1), port: z.int().min(1).max(65_535).optional() }),
]);

const disposable = z
  .union([z.boolean(), z.literal('auto')])
  .default('auto')
  .describe('Whether the system is thrown away after the run. `auto` counts as not disposable.');

/** Who the server itself must say it is, as a hold of the guard `target-identity` shows it. */
const serverSchema = z.strictObject({
  'system-identifier': z
    .string()
    .regex(/^[0-9]{1,20}$/, 'the digits of system_identifier, as text in quotes')
    .describe('`system_identifier` of pg_control_system(), the same on every replica of one cluster'),
  database: z.string().min(1).max(63).describe('current_database()'),
});

/** A target is one system: the kind is the key that it has. */
export const targetSchema = z.union([
  z.strictObject({
    postgres: postgresSchema,
    disposable,
    server: serverSchema.optional().describe('The server that this is; any other one is held'),
    functions: z.array(z.string().min(1)).default([]).describe('Functions that may be called without a hold'),
  }),
  z.strictObject({
    http: httpSchema,
    disposable,
    inspect: z
      .boolean()
      .default(false)
      .describe(
        'Whether HTTPS to it (its `port`, else 443) is read inside the proxy; else each connection is judged by its host',
      ),
  }),
]);
export type TargetSpec = z.infer<typeof targetSchema>;

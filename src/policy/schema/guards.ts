import * as z from 'zod';
import { approvalsSchema } from './approvals.ts';

const pattern = z.string().min(1).max(500);
const patterns = z.union([pattern, z.array(pattern).min(1)]);

/** Built-in guards: rules that are asked for by name and need no words of their own. */
export const guardsSchema = z.strictObject({
  'target-identity': z
    .union([
      z.boolean(),
      z.strictObject({
        'disposable-hosts': patterns
          .optional()
          .describe('Hosts whose servers are thrown away; with disposable-databases both must fit'),
        'disposable-databases': patterns
          .optional()
          .describe('Databases that are thrown away; with disposable-hosts both must fit'),
        approvals: approvalsSchema.optional().describe('Who releases a server; default: as every hold'),
      }),
    ])
    .optional()
    .describe('Holds the first write to a PostgreSQL server that is not proven to be thrown away'),
});
export type GuardsSpec = z.infer<typeof guardsSchema>;

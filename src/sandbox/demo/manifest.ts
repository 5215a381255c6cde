import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';

const manifestSchema = z.object({
  default_permissions: z.record(z.string(), z.enum(['read', 'write'])),
  default_events: z.array(z.string()),
});

/** Permissions and events of the App as app.yml asks for them. */
export function manifest(root: string): {
  permissions: Record<string, 'read' | 'write'>;
  events: string[];
} {
  const found = manifestSchema.parse(parse(readFileSync(path.join(root, 'app.yml'), 'utf8')));
  return { permissions: found.default_permissions, events: found.default_events };
}

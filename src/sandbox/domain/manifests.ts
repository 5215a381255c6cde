import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import type { Account, App } from '../model.ts';
import type { World } from '../world.ts';
import { addApp } from './apps.ts';
import { Refusal } from './refusal.ts';

/** The fields of a manifest that GitHub documents. */
const manifestSchema = z.strictObject({
  name: z.string().max(34),
  url: z.url(),
  description: z.string().optional(),
  public: z.boolean().optional(),
  hook_attributes: z.strictObject({ url: z.url(), active: z.boolean().optional() }).optional(),
  redirect_url: z.url().optional(),
  callback_urls: z.array(z.url()).max(10).optional(),
  setup_url: z.url().optional(),
  request_oauth_on_install: z.boolean().optional(),
  setup_on_update: z.boolean().optional(),
  default_events: z.array(z.string()).optional(),
  default_permissions: z.record(z.string(), z.enum(['read', 'write'])).optional(),
});

export type Manifest = z.infer<typeof manifestSchema>;

const waiting = new WeakMap<World, Map<string, { readonly manifest: Manifest; readonly owner: Account }>>();

export function readManifest(text: string): Manifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Refusal(422, 'The manifest is no JSON');
  }
  const parsed = manifestSchema.safeParse(json);
  if (!parsed.success) throw new Refusal(422, z.prettifyError(parsed.error));
  return parsed.data;
}

/** The code that a browser carries back; good for one conversion. */
export function codeFor(world: World, manifest: Manifest, owner: Account): string {
  const code = randomBytes(20).toString('hex');
  const codes = waiting.get(world) ?? new Map();
  waiting.set(world, codes.set(code, { manifest, owner }));
  return code;
}

/** The App that the code's manifest describes; null for a code that is not known or was used. */
export function redeemCode(world: World, code: string): App | null {
  const codes = waiting.get(world);
  const found = codes?.get(code);
  if (codes === undefined || found === undefined) return null;
  codes.delete(code);
  const { manifest, owner } = found;
  return addApp(world, {
    slug: manifest.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'),
    name: manifest.name,
    owner,
    id: world.nextId(),
    permissions: manifest.default_permissions ?? {},
    events: manifest.default_events ?? [],
    webhook: manifest.hook_attributes
      ? { url: manifest.hook_attributes.url, secret: randomBytes(20).toString('hex') }
      : null,
  });
}

import { parse } from 'yaml';
import * as z from 'zod';
import { webhooksPath } from '../http/webhooks.ts';

const manifestSchema = z.looseObject({ name: z.string(), hook_attributes: z.looseObject({}) });

/** app.yml as GitHub takes it from a browser, with the addresses of this App in the place of its placeholders. */
export function manifestFor(yaml: string, publicUrl: string, redirectUrl: string): string {
  const manifest = manifestSchema.parse(parse(yaml));
  return JSON.stringify({
    ...manifest,
    hook_attributes: { ...manifest.hook_attributes, url: `${publicUrl}${webhooksPath}` },
    redirect_url: redirectUrl,
  });
}

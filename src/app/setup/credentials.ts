import { closeSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import { parseEnv } from 'node:util';
import * as z from 'zod';
import { JitError, messageOf } from '../../errors.ts';

const oneLine = z.string().regex(/^[^"\\\r\n]+$/);

/** What GitHub answers to the code of a manifest, as far as it is kept. */
export const madeSchema = z.object({
  id: z.int().positive(),
  html_url: z.url(),
  pem: z
    .string()
    .startsWith('-----BEGIN')
    .regex(/^[^"\\]+$/),
  webhook_secret: oneLine,
});

export type MadeApp = z.infer<typeof madeSchema>;

export interface CredentialsFile {
  write(app: MadeApp): void;
  /** Takes the empty file away again. */
  discard(): void;
}

/** Claims a file that does not exist yet, readable by its owner alone, before there is anything to lose. */
export function claimFile(file: string): CredentialsFile {
  const descriptor = open(file);
  return {
    write(app) {
      const key = app.pem.replaceAll(/\r?\n/g, '\\n');
      const text = `APP_ID=${app.id}\nWEBHOOK_SECRET="${app.webhook_secret}"\nPRIVATE_KEY="${key}"\n`;
      writeSync(descriptor, text);
      closeSync(descriptor);
    },
    discard() {
      closeSync(descriptor);
      unlinkSync(file);
    },
  };
}

function open(file: string): number {
  try {
    return openSync(file, 'wx', 0o600);
  } catch (cause) {
    throw new JitError(
      'app-setup',
      `The credentials cannot be written: ${messageOf(cause)}. Expected a new file in a folder that can be written; set CREDENTIALS_FILE.`,
      { cause },
    );
  }
}

/** The variables in that file; empty when there is none. */
export function readCredentials(file: string): Readonly<Record<string, string | undefined>> {
  try {
    return parseEnv(readFileSync(file, 'utf8'));
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return {};
    throw new JitError('app-setup', `CREDENTIALS_FILE cannot be read: ${messageOf(thrown)}.`, {
      cause: thrown,
    });
  }
}

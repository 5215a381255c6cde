import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ProbotOctokit } from 'probot';
import * as z from 'zod';
import { JitError } from '../../errors.ts';
import { githubOf } from '../config.ts';
import { openLog } from '../log.ts';
import { environmentSchema } from '../variables.ts';
import { readCredentials } from './credentials.ts';
import { type RunningSetup, startSetup } from './serve.ts';

type Variables = Readonly<Record<string, string | undefined>>;

const setupSchema = environmentSchema.pick({
  GHE_HOST: true,
  GHE_PROTOCOL: true,
  GITHUB_API_URL: true,
  HOST: true,
  PORT: true,
  LOG_LEVEL: true,
  PUBLIC_URL: true,
  SETUP_ORGANIZATION: true,
  CREDENTIALS_FILE: true,
});

const credentials = ['APP_ID', 'PRIVATE_KEY', 'PRIVATE_KEY_PATH', 'WEBHOOK_SECRET'] as const;

/**
 * The environment that the App shall start with: the given one, and where it names no credentials at all those
 * that a setup wrote. Null when there are none: then it is the first start.
 */
export function withCredentials(given: Variables): Variables | null {
  if (credentials.some((name) => given[name])) return given;
  const file = environmentSchema.shape.CREDENTIALS_FILE.parse(given.CREDENTIALS_FILE || undefined);
  const written = readCredentials(file);
  return credentials.some((name) => written[name]) ? { ...given, ...written } : null;
}

/** Serves the setup pages. */
export async function firstStart(given: Variables): Promise<RunningSetup> {
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''));
  const parsed = setupSchema.safeParse(set);
  if (!parsed.success) throw new JitError('app-config', z.prettifyError(parsed.error));
  const found = parsed.data;
  const { apiUrl, githubHost } = githubOf(found);
  const log = openLog({ level: found.LOG_LEVEL, secrets: [] });
  return startSetup({
    host: found.HOST,
    port: found.PORT,
    publicUrl: found.PUBLIC_URL ?? null,
    githubUrl: `${found.GHE_HOST === undefined ? 'https' : found.GHE_PROTOCOL}://${githubHost}`,
    octokit: new ProbotOctokit({ authStrategy: undefined, baseUrl: apiUrl, log }),
    organization: found.SETUP_ORGANIZATION ?? null,
    manifest: readFileSync(manifestFile(), 'utf8'),
    file: path.resolve(found.CREDENTIALS_FILE),
    log,
  });
}

/** app.yml lies beside dist/ and src/. */
function manifestFile(): string {
  for (let folder = import.meta.dirname; folder !== path.dirname(folder); folder = path.dirname(folder)) {
    const file = path.join(folder, 'app.yml');
    if (existsSync(file)) return file;
  }
  throw new JitError(
    'app-setup',
    'Expected app.yml beside dist/, from which GitHub makes the App; met none.',
  );
}

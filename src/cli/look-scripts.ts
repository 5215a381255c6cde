import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import type { Found, Script } from '../policy/starter.ts';

/** Larger files are no configuration. */
const maximumBytes = 1024 * 1024;

/** What a file says; nothing where it cannot be read. */
export async function textOf(file: string): Promise<string> {
  const { size } = await stat(file).catch(() => ({ size: maximumBytes + 1 }));
  return size > maximumBytes ? '' : readFile(file, 'utf8').catch(() => '');
}

const anything = z.record(z.string(), z.unknown()).catch({});
const packageSchema = z.object({ scripts: anything, dependencies: anything, devDependencies: anything });

/** Tools that migrate a database, by the package that brings them. */
const tools: Readonly<Record<string, string>> = {
  prisma: 'npx prisma migrate deploy',
  'drizzle-kit': 'npx drizzle-kit migrate',
  knex: 'npx knex migrate:latest',
};

/** Scripts of package.json that look like steps of an integration suite, in an order that could run. */
export async function scriptsOf(root: string): Promise<Found['scripts']> {
  const read = packageSchema.safeParse(jsonOf(await textOf(path.join(root, 'package.json'))));
  if (!read.success) return [];
  const { scripts, dependencies, devDependencies } = read.data;
  const found = Object.keys(scripts).flatMap((name): Script[] => {
    const role = roleOf(name);
    return role === null ? [] : [{ name, role, run: `npm run ${name}` }];
  });
  const tool = Object.keys(tools).find((name) => name in dependencies || name in devDependencies);
  const migrates = found.some(({ role }) => role === 'migrate');
  // a migration alone is no suite
  const own: Script[] =
    tool === undefined || migrates || found.length === 0
      ? []
      : [{ name: 'migrate', role: 'migrate', run: tools[tool] ?? '' }];
  const order = { migrate: 0, seed: 1, test: 2 } as const;
  return [...own, ...found].sort((a, b) => order[a.role] - order[b.role]);
}

function roleOf(name: string): Script['role'] | null {
  if (/^(pre|post)/.test(name)) return null;
  if (/migrat/i.test(name)) {
    return /(make|create|generate|down|undo|rollback|revert|dev)/i.test(name) ? null : 'migrate';
  }
  if (/(^|[:_-])seed$/i.test(name)) return 'seed';
  return /(integration|e2e|acceptance)/i.test(name) ? 'test' : null;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // no package.json, or one that npm will complain of
    return null;
  }
}

import { existsSync } from 'node:fs';
import path from 'node:path';
import { namesOf } from '../gates/origins.ts';
import { originVariable } from '../protocol/origin.ts';

/** Beside us in the bundle; from the source, where the build puts it. */
const preload = ['preload.cjs', '../../dist/preload.cjs']
  .map((file) => path.join(import.meta.dirname, file))
  .find((file) => existsSync(file));

/**
 * What the suite's Node processes need to tell the gates which line a call comes from: a preload, after whatever
 * NODE_OPTIONS holds. Nothing where the job says `JIT_APPROVAL_PRELOAD=off`.
 */
export function originEnvironment(
  given: Readonly<Record<string, string | undefined>>,
  root: string,
  ports: readonly number[],
): Record<string, string> {
  if (preload === undefined || given.JIT_APPROVAL_PRELOAD === 'off') return {};
  // within double quotes Node takes a backslash before `"` and `\`
  const option = `--require "${preload.replace(/["\\]/g, '\\$&')}"`;
  return {
    NODE_OPTIONS: [given.NODE_OPTIONS?.trim(), option].filter(Boolean).join(' '),
    [originVariable]: JSON.stringify({ roots: namesOf(root), ports }),
  };
}

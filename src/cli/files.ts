import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { JitError, messageOf } from '../errors.ts';
import { loadPolicy, type Policy, type PolicyText } from '../policy/parse.ts';
import { type Report, reportSchema } from '../report/schema.ts';
import { withExtended } from './extended-policy.ts';
import { readWorkingPolicy, unreadable } from './policy-file.ts';
import { printProblems } from './say.ts';

/** A file that a command was given; one that cannot be read is an error in words. */
export async function readGiven(file: string, what: string, example?: string): Promise<string> {
  try {
    return await readFile(path.resolve(file), 'utf8');
  } catch (cause) {
    throw new JitError('FILE', unreadable(what, file, cause, example), { cause });
  }
}

/** A report of a run, written by whomever. */
export async function readReport(file: string): Promise<Report> {
  const text = await readGiven(file, 'report');
  try {
    const parsed = reportSchema.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
    const first = parsed.error.issues[0];
    throw new Error(`${first?.path.join('.') || 'the document'}: ${first?.message ?? 'not understood'}`);
  } catch (cause) {
    throw new JitError(
      'REPORT',
      `${file} is no report of this version: ${messageOf(cause).slice(0, 300)}. Reports are written by "jit-approval run --report FILE".`,
      { cause },
    );
  }
}

/** The policy of the working tree, ready to judge; null after its problems were printed. */
export async function loadWorkingPolicy(
  file: string | undefined,
  json: boolean,
): Promise<{ readonly policy: Policy; readonly text: PolicyText } | null> {
  const text = await readWorkingPolicy(file, process.cwd());
  const loaded = loadPolicy(await withExtended(text, process.cwd()));
  if (loaded.ok) return { policy: loaded.policy, text };
  printProblems(loaded.problems, json);
  return null;
}

/** Where each rule stands, for people. */
export function placesOf(policy: Policy): Readonly<Record<string, string>> {
  const rules = policy.layers.flatMap((layer) => layer.rules.map((rule) => rule.ref));
  return Object.fromEntries(
    rules.flatMap(({ id, at }) => (at === null ? [] : [[id, `${at.file}:${at.line}`]])),
  );
}

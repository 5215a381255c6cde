import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as z from 'zod';
import type { RunContext, RuntimeAction } from '../../policy/action.ts';
import type { ScriptSpec } from '../../policy/verdict.ts';
import { type Finding, passed, type ReadFile } from '../finding.ts';
import { scriptCommand } from './command.ts';
import { scriptInput, Unreadable } from './input.ts';
import { runProcess } from './process.ts';

const words = z.string().max(2000);

/** The answer of a script. Strict: what is misspelt is rubbish. */
const answerSchema = z.strictObject({ pass: z.boolean(), expected: words.optional(), met: words.optional() });

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Code of the repository judges the runtime action, in a process of its own. Its text comes from the commit of
 * the policy, not from the disk, where the pull request could have changed it.
 */
export async function checkScript(
  spec: ScriptSpec,
  action: RuntimeAction,
  run: RunContext,
  readFile: ReadFile,
  environment: Environment,
): Promise<Finding> {
  const expected = `${spec.file} to pass`;
  const text = await readFile(spec.file);
  if (!text.known) return { outcome: 'unknown', expected: `the script ${spec.file}`, met: text.why };
  const missing = spec.env.filter((name) => environment[name] === undefined);
  if (missing.length > 0) {
    return {
      outcome: 'unknown',
      expected: `${spec.env.join(', ')} for ${spec.file}`,
      met: `${missing.join(', ')} not set`,
    };
  }
  let input: string;
  try {
    input = scriptInput(action, run);
  } catch (thrown) {
    if (thrown instanceof Unreadable) return { outcome: 'unknown', expected, met: thrown.message };
    throw thrown;
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'jit-script-'));
  try {
    return await runIn(folder, text.value, spec, input, environment);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runIn(
  folder: string,
  text: string,
  spec: ScriptSpec,
  input: string,
  environment: Environment,
): Promise<Finding> {
  const command = scriptCommand(spec.file, text, folder, spec.memoryMb);
  if (command === null) {
    const expected = `${spec.file} to end in .js, .mjs or .cjs, or to begin with #!`;
    return { outcome: 'failed', expected, met: 'neither' };
  }
  await writeFile(path.join(folder, command.name), text, { mode: 0o600, flag: 'wx' });
  const given = Object.fromEntries(spec.env.map((name) => [name, environment[name] ?? '']));
  const limits = { timeoutMs: spec.timeoutMs, memoryMb: spec.memoryMb + command.overheadMb };
  const ended = await runProcess(command, folder, given, input, limits);
  if (ended.problem !== null)
    return { outcome: 'failed', expected: `${spec.file} to answer`, met: ended.problem };
  return findingOf(spec, ended.stdout);
}

function findingOf(spec: ScriptSpec, stdout: string): Finding {
  const answer = answerSchema.safeParse(parsed(stdout));
  if (!answer.success) {
    return {
      outcome: 'failed',
      expected: `${spec.file} to answer {"pass": true} or {"pass": false, "expected": "…", "met": "…"}`,
      met: stdout.trim() === '' ? 'nothing' : `other output: ${stdout.trim().slice(0, 200)}`,
    };
  }
  if (answer.data.pass) return passed;
  const { expected = `${spec.file} to pass`, met = 'it does not' } = answer.data;
  return { outcome: 'failed', expected, met };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

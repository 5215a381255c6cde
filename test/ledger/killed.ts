import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Runs the writer until it has said `lines` lines, kills it as `kill -9` does, and gives what it said. */
export async function killed(
  place: string,
  mode: 'half' | 'stream',
  lines: number,
): Promise<readonly string[]> {
  const writer = spawn(process.execPath, [join(import.meta.dirname, 'killed-writer.ts'), place, mode], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said: string[] = [];
  for await (const line of createInterface({ input: writer.stdout })) {
    said.push(line);
    if (said.length === lines) writer.kill('SIGKILL');
  }
  if (writer.signalCode === null && writer.exitCode === null) await once(writer, 'exit');
  assert.equal(writer.signalCode, 'SIGKILL');
  return said;
}

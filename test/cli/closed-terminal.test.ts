import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';

const cli = path.resolve(import.meta.dirname, '../../src/cli/main.ts');

test('a terminal that is closed ends everything that the run started', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'jit-hangup-'));
  t.after(() => rm(folder, { recursive: true }));
  const policy = path.join(folder, 'policy.yml');
  await writeFile(policy, 'version: 1\ndefault: allow\n');
  const run = spawn(
    process.execPath,
    [cli, 'run', '--policy', policy, '--', 'bash', '-c', 'echo "pid $$"; exec sleep 60'],
    { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  t.after(() => run.kill('SIGKILL'));
  const [words] = await once(run.stdout, 'data');
  const pid = Number(/pid (\d+)/.exec(String(words))?.[1]);
  run.stdout.destroy();
  run.stderr.destroy();
  run.kill('SIGHUP');
  const [code] = await once(run, 'exit');
  assert.equal(code, 130);
  assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
});

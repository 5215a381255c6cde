import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { restore } from '../../src/action/restore.ts';

test('what earlier jobs left in RUNNER_TEMP changes no name of this one', async (t) => {
  const temp = mkdtempSync(path.join(tmpdir(), 'jit-restore-'));
  const before = process.env.GITHUB_OUTPUT;
  t.after(() => {
    rmSync(temp, { recursive: true, force: true });
    if (before === undefined) delete process.env.GITHUB_OUTPUT;
    else process.env.GITHUB_OUTPUT = before;
  });
  const restored = async (run: string, attempt: string, index = '0') => {
    const file = path.join(temp, 'output');
    writeFileSync(file, '');
    process.env.GITHUB_OUTPUT = file;
    await restore({
      ...{ RUNNER_TEMP: temp, GITHUB_RUN_ID: run, GITHUB_RUN_ATTEMPT: attempt },
      ...{ JIT_JOB: 'integration', JIT_JOB_INDEX: index, JIT_USE: 'jit' },
    });
    const output = (name: string) =>
      new RegExp(`^${name}<<(.+)\\n(.*)\\n\\1$`, 'm').exec(readFileSync(file, 'utf8'))?.[2] ?? '';
    assert.ok(existsSync(output('earlier')));
    return [output('artifact'), output('report')] as const;
  };
  const all = [
    await restored('5', '1'),
    await restored('5', '2'),
    await restored('6', '1'),
    await restored('6', '1', '1'),
  ];
  assert.deepEqual(
    all.map(([artifact]) => artifact),
    [
      'jit-integration-0-jit-1',
      'jit-integration-0-jit-2',
      'jit-integration-0-jit-1',
      'jit-integration-1-jit-1',
    ],
  );
  assert.equal(new Set(all.map(([, report]) => report)).size, 4);
  // a second use in the same job is another one
  assert.equal((await restored('6', '1'))[0], 'jit-integration-0-jit+2-1');
});

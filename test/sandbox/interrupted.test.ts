import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { until } from '../../src/sandbox/demo/until.ts';

const main = path.resolve(import.meta.dirname, '../../src/sandbox/demo/main.ts');

// as on a terminal: Ctrl-C tells every process of the group, and npm tells the demo once more
for (const [signal, line] of [
  ['SIGINT', 'PostgreSQL runs'],
  ['SIGINT', 'opens pull request'],
  ['SIGTERM', 'PostgreSQL runs'],
  ['SIGHUP', 'opens pull request'],
] as const) {
  test(`the demo, ended by ${signal} after it said "${line}", leaves no process and no folder`, async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'jit-test-'));
    chmodSync(folder, 0o755); // as root, PostgreSQL runs as another user
    const child = spawn(process.execPath, [main, '--auto'], {
      detached: true,
      env: { ...process.env, TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit');
    const { pid } = child;
    assert.ok(pid);
    try {
      const { promise: opened, resolve } = Promise.withResolvers<void>();
      child.stdout.on('data', (chunk) => String(chunk).includes(line) && resolve());
      await Promise.race([opened, exited]);
      process.kill(-pid, signal);
      process.kill(pid, signal);
      const [code] = await exited;
      assert.equal(code, { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }[signal]);
      assert.deepEqual(readdirSync(folder), []);
      assert.throws(() => process.kill(-pid, 0), { code: 'ESRCH' });
    } finally {
      try {
        process.kill(-pid, 'SIGKILL');
      } catch {
        // it has ended, as it should
      }
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

test('the demo, killed in the middle, leaves no process and no folder', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'jit-test-'));
  chmodSync(folder, 0o755);
  const child = spawn(process.execPath, [main, '--auto'], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  try {
    const { promise: opened, resolve } = Promise.withResolvers<void>();
    child.stdout.on('data', (chunk) => String(chunk).includes('the App runs') && resolve());
    await Promise.race([opened, exited]);
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.pid'),
    );
    assert.equal(files.length, 2, 'PostgreSQL and the App');
    const processes = files.map((name) => parseInt(readFileSync(path.join(folder, name), 'utf8'), 10));
    child.kill('SIGKILL');
    await until('the folders are gone', () => readdirSync(folder).length === 0);
    for (const pid of processes) assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
  } finally {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
});

test('a step that says nothing and waits does not outlive a demo that was killed', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'jit-test-'));
  const watch = JSON.stringify(path.resolve(import.meta.dirname, '../../src/sandbox/watch-over.ts'));
  const code = `
    import { spawn } from 'node:child_process';
    import { watchOver } from ${watch};
    watchOver(${JSON.stringify(folder)});
    const env = { ...process.env, RUNNER_TEMP: ${JSON.stringify(path.join(folder, 'jit-runner-1/work/_temp'))} };
    const step = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore', env });
    step.once('spawn', () => process.stdout.write(String(step.pid)));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const [step] = await once(child.stdout, 'data');
  const runs = () => {
    try {
      return process.kill(Number(String(step)), 0);
    } catch {
      return false;
    }
  };
  try {
    assert.equal(runs(), true);
    child.kill('SIGKILL');
    await exited;
    await until('the folder is gone', () => !existsSync(folder));
    await until('the step has ended', () => !runs());
  } finally {
    if (runs()) process.kill(Number(String(step)), 'SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
});

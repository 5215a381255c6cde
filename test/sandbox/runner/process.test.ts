import assert from 'node:assert/strict';
import test from 'node:test';
import { runProcess } from '../../../src/sandbox/runner/process.ts';

function work(milliseconds: number): void {
  const end = Date.now() + milliseconds;
  while (Date.now() < end);
}

test('no output of a process is lost, however busy this one is when it ends', async (t) => {
  // longer than the pause after which a pipe is taken for drained
  const busy = setInterval(() => setImmediate(() => work(230)), 1);
  t.after(() => clearInterval(busy));
  const lines: string[] = [];
  const signal = new AbortController().signal;
  const one = (at: number) =>
    runProcess({
      command: 'sh',
      arguments: ['-c', `sleep 0.0${(at % 8) + 1}; echo ${at}`],
      folder: '/',
      environment: { PATH: '/usr/bin:/bin' },
      onLine: (line) => {
        lines.push(line);
        work(10);
      },
      onStart: () => undefined,
      signal,
      grace: { interrupt: 1, terminate: 1 },
    });
  for (let round = 0; round < 3; round++) await Promise.all(Array.from({ length: 8 }, (_, at) => one(at)));
  assert.equal(lines.length, 24);
});

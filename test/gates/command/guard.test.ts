import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { guardCommand } from '../../../src/gates/command/guard.ts';
import { startLocalApi } from '../../../src/gates/local/api.ts';
import { localTargets } from '../../../src/targets/local.ts';
import { type TestJudge, testJudge } from '../http/support.ts';

const module = pathToFileURL('src/gates/command/guard.ts').href;
const script =
  `import { guardCommand } from ${JSON.stringify(module)};` +
  'process.exitCode = await guardCommand({ argv: process.argv.slice(1), env: process.env, cwd: process.cwd(),' +
  ' kind: "deploy", tell: (line) => console.error(line) });';

/** A process of its own, as the command takes over streams and signals. */
function start(url: string | null, argv: readonly string[]): ChildProcess {
  const env = url === null ? process.env : { ...process.env, JIT_APPROVAL_URL: url };
  return spawn(process.execPath, ['--input-type=module', '-e', script, '--', ...argv], { env });
}

async function finish(child: ChildProcess): Promise<{ code: unknown; out: string; err: string }> {
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    err += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, out, err };
}

async function apiFor(t: TestContext, judge: TestJudge): Promise<string> {
  const api = await startLocalApi({ judge, targetFor: localTargets([]), root: process.cwd() });
  t.after(() => api.close());
  return api.url;
}

test('an allowed command runs with its own streams and exit code', async (t) => {
  const judge = testJudge(() => 'allow');
  const url = await apiFor(t, judge);
  const { code, out } = await finish(start(url, ['sh', '-c', 'echo "$0"; exit 3', 'a b']));
  assert.deepEqual([code, out], [3, 'a b\n']);
  const [action] = judge.actions;
  assert(action?.kind === 'command');
  assert.deepEqual(
    [action.name, action.argv, action.cwd],
    ['deploy', ['sh', '-c', 'echo "$0"; exit 3', 'a b'], '.'],
  );
  assert.deepEqual(await judge.settledAll(1), ['failed']);
});

test('held is 75 and denied is 77, with the words on standard error and nothing run', async (t) => {
  for (const [wish, expected] of [
    ['held', 75],
    ['denied', 77],
  ] as const) {
    const url = await apiFor(
      t,
      testJudge(() => wish),
    );
    const { code, out, err } = await finish(start(url, ['echo', 'ran']));
    assert.deepEqual([code, out], [expected, '']);
    assert.match(err, new RegExp(`This request is ${wish}`));
    assert.match(err, /\/approve 7f3k9q2m/);
  }
});

test('without the variable the command runs; with a dead address it does not', async () => {
  const through = await finish(start(null, ['echo', 'ran']));
  assert.deepEqual([through.code, through.out], [0, 'ran\n']);
  assert.match(through.err, /^jit-approval: JIT_APPROVAL_URL is not set: .* unguarded\.\n$/);
  const dead = await finish(start('http://127.0.0.1:1/secret', ['echo', 'ran']));
  assert.deepEqual([dead.code, dead.out], [78, '']);
  assert.match(dead.err, /nothing answers at http:\/\/127\.0\.0\.1:1 /);
  assert.doesNotMatch(dead.err, /secret/);
});

test('a command that does not exist is 127 and never began', async (t) => {
  const judge = testJudge(() => 'allow');
  const url = await apiFor(t, judge);
  const { code, err } = await finish(start(url, ['no-such-command-here']));
  assert.equal(code, 127);
  assert.match(err, /no-such-command-here: command not found/);
  assert.deepEqual(await judge.settledAll(1), ['void']);
  assert.equal((await finish(start(url, []))).code, 64);
});

test('what it says is plain text for a terminal, and no workflow command for a runner', async (t) => {
  const url = await apiFor(
    t,
    testJudge(() => 'allow'),
  );
  for (const [file, said] of [
    ['red\u001b[31m', 'red‹U+001B›[31m'],
    ['::error::x', '‹U+003A›:error::x'],
    ['a\n::error::x', 'a ⏎ ‹U+003A›:error::x'],
    ['##[error]x', '##‹U+005B›error]x'],
    ['a\u202eb', 'a‹U+202E›b'],
  ] as const) {
    const { code, err } = await finish(start(url, [file]));
    assert.deepEqual([code, err], [127, `jit-approval: ${said}: command not found\n`]);
  }
});

test('a signal is passed on, and a death by signal is 128 + n', async (t) => {
  const url = await apiFor(
    t,
    testJudge(() => 'allow'),
  );
  const trapping = start(url, [
    'sh',
    '-c',
    'trap "echo bye; exit 5" TERM; echo ready; for i in $(seq 200); do sleep 0.05; done',
  ]);
  trapping.stdout?.once('data', () => trapping.kill('SIGTERM'));
  const trapped = await finish(trapping);
  assert.deepEqual([trapped.code, trapped.out], [5, 'ready\nbye\n']);
  const killed = await finish(start(url, ['sh', '-c', 'kill -9 $$']));
  assert.equal(killed.code, 137);
});

test('the environment names the test that a command comes from, by line or by name', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'jit-test-id-'));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'api'));
  writeFileSync(
    join(folder, 'api/test_pay.py'),
    '# test_pays\ndef test_pays_twice(): ...\ndef test_pays(): ...\n',
  );
  const judge = testJudge(() => 'allow');
  const api = await startLocalApi({ judge, targetFor: localTargets([]), root: folder });
  t.after(() => api.close());
  const cases: readonly (readonly [Record<string, string>, number | null])[] = [
    [{ JIT_TEST_ID: 'api/test_pay.py::2' }, 2],
    [{ JIT_TEST_ID: 'test_pay.py::test_pays' }, 3],
    [{ PYTEST_CURRENT_TEST: 'api/test_pay.py::test_pays_twice[eur] (call)' }, 2],
    [{ JIT_TEST_ID: 'api/test_pay.py::nobody' }, null],
    [{ JIT_TEST_ID: '/etc/passwd::1' }, null],
    [{}, null],
  ];
  for (const [env, line] of cases) {
    const told: string[] = [];
    const code = await guardCommand({
      argv: ['true'],
      env: { PATH: process.env.PATH, JIT_APPROVAL_URL: api.url, ...env },
      cwd: join(folder, 'api'),
      tell: (text) => told.push(text),
    });
    assert.deepEqual([code, told], [0, []]);
    assert.deepEqual(judge.actions.at(-1)?.origin, line === null ? null : { file: 'api/test_pay.py', line });
  }
});

test('where a command runs is told alike, whether the repository is reached by its own name or by a link', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'jit-linked-'));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'real/api'), { recursive: true });
  writeFileSync(join(folder, 'real/api/a.js'), '');
  symlinkSync('real', join(folder, 'link'));
  const judge = testJudge(() => 'allow');
  const api = await startLocalApi({ judge, targetFor: localTargets([]), root: join(folder, 'link') });
  t.after(() => api.close());
  for (const name of ['link', 'real']) {
    const env = { PATH: process.env.PATH, JIT_APPROVAL_URL: api.url, JIT_TEST_ID: 'a.js::1' };
    await guardCommand({ argv: ['true'], env, cwd: join(folder, name, 'api'), tell: () => undefined });
    const action = judge.actions.at(-1);
    assert(action?.kind === 'command');
    assert.deepEqual([action.cwd, action.origin?.file], ['api', 'api/a.js'], name);
  }
});

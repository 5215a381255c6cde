import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { runCheck } from '../../src/checks/run-check.ts';
import { JsonNumber, type RuntimeAction } from '../../src/policy/action.ts';
import type { ScriptSpec } from '../../src/policy/verdict.ts';
import { call, http, param, run, sql, tunnel } from '../policy/actions.ts';
import { requestOf } from './request.ts';

const base: ScriptSpec = { type: 'script', file: 'check.mjs', env: [], timeoutMs: 20_000, memoryMb: 64 };

async function judged(
  text: string,
  action: RuntimeAction = call('x', { a: new JsonNumber('9007199254740993') }),
  spec: Partial<ScriptSpec> = {},
  environment: Record<string, string> = {},
) {
  const request = requestOf({ ...base, ...spec });
  return runCheck(request, action, run, async () => ({ known: true, value: text }), {
    scope: null,
    environment,
    facts: async () => ({}),
  });
}

test('a module’s default export gets the runtime action and answers', async () => {
  const module =
    'export default ({ action, run }) => ({ pass: action.operations[0].tables[0].name === "users" && action.params[0].value === "a" && run.step === "api" })';
  assert.equal(
    (await judged(module, sql('insert into users (a) values ($1)', [param('a')]))).outcome,
    'passed',
  );
  const { outcome, expected, met } = await judged(
    'export default () => ({ pass: false, expected: "red", met: "blue" })',
  );
  assert.deepEqual([outcome, expected, met], ['failed', 'red', 'blue']);
});

test('any executable with a #! line reads stdin and writes stdout; numbers keep their digits', async () => {
  const shell =
    '#!/bin/sh\nread line\ncase "$line" in *9007199254740993*) echo \'{"pass": true}\';; *) echo \'{"pass": false}\';; esac\n';
  assert.equal((await judged(shell, undefined, { file: 'check.sh' })).outcome, 'passed');
  assert.equal((await judged(shell, call('x', 1 > 0), { file: 'check.sh' })).outcome, 'failed');
  assert.equal((await judged('{"pass": true}', undefined, { file: 'check.txt' })).outcome, 'failed');
});

test('a crash, a time-out and rubbish on stdout fail with what happened', async () => {
  const cases: [string, RegExp, Partial<ScriptSpec>?][] = [
    ['throw new Error("broken inside")', /exit code 1; it said: [\s\S]*broken inside/],
    ['process.kill(process.pid, "SIGSEGV"); setInterval(() => {}, 1000)', /ended by SIGSEGV/],
    ['setInterval(() => {}, 1000)', /longer than 300 ms/, { timeoutMs: 300 }],
    ['console.log("hello")', /other output: hello/],
    ['', /nothing/],
    ['console.log(JSON.stringify({ pas: true }))', /other output/],
    ['console.log(JSON.stringify({ pass: "true" }))', /other output/],
    ['export default () => undefined', /other output: undefined/],
    ['console.log("x".repeat(100000))', /more than 65536 bytes/],
    ['syntax error', /exit code 1/],
  ];
  for (const [text, met, spec] of cases) {
    const result = await judged(text, undefined, spec);
    assert.equal(result.outcome, 'failed', text);
    assert.match(result.met, met, text);
  }
});

test('more memory than allowed ends a script, on the heap and beside it', async () => {
  const heap = 'const all = []; for (;;) all.push(Array(1e5).fill(all.length))';
  const beside =
    'const all = []; for (let n = 0; n < 64; n++) all.push(Buffer.alloc(32 << 20, 1)); export default () => ({ pass: true })';
  assert.equal((await judged(heap)).outcome, 'failed');
  assert.equal((await judged(beside)).outcome, 'failed');
  const shell =
    '#!/bin/sh\nx=aaaaaaaaaaaaaaaa; for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26; do x="$x$x"; done; echo \'{"pass": true}\'\n';
  assert.equal((await judged(shell, undefined, { file: 'check', memoryMb: 32 })).outcome, 'failed');
});

test('a script sees no variable but those that the policy names', async () => {
  const module = 'export default () => ({ pass: false, met: JSON.stringify(process.env) })';
  const environment = { TOKEN: 's3cret', REGION: 'eu' };
  assert.equal((await judged(module, undefined, {}, environment)).met, '{}');
  assert.equal((await judged(module, undefined, { env: ['REGION'] }, environment)).met, '{"REGION":"eu"}');
  assert.equal((await judged(module, undefined, { env: ['ABSENT'] }, environment)).outcome, 'unknown');
});

test('what a script leaves in the background ends with it, and nothing stays on disk', async () => {
  const before = readdirSync(tmpdir()).filter((name) => name.startsWith('jit-script-')).length;
  const shell = '#!/bin/sh\nsleep 1000 &\necho "{\\"pass\\": false, \\"met\\": \\"$!\\"}"\n';
  const { outcome, met } = await judged(shell, undefined, { file: 'check.sh' });
  assert.equal(outcome, 'failed');
  assert.match(met, /^\d+$/);
  assert.equal(existsSync(`/proc/${met}/exe`), false);
  assert.equal(readdirSync(tmpdir()).filter((name) => name.startsWith('jit-script-')).length, before);
});

test('what the gate could not read is unknown, and so is a script that is not there', async () => {
  const yes = 'export default () => ({ pass: true })';
  for (const action of [
    tunnel('x.example'),
    sql('selec'),
    sql('select $1', [{ oid: 0, value: { known: false, why: 'binary' }, hex: null }]),
  ]) {
    assert.equal((await judged(yes, action)).outcome, 'unknown');
  }
  assert.equal((await judged(yes, http('GET', 'https://x.example/'))).outcome, 'passed');
  const gone = await runCheck(requestOf(base), call('x', null), run, async () => ({
    known: false,
    why: 'no such file',
  }));
  assert.deepEqual([gone.outcome, gone.met], ['unknown', 'no such file']);
});

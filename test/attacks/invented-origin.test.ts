import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { basename } from 'node:path';
import { test } from 'node:test';
import { request } from 'undici';
import { buildForm } from '../../src/approval/build-form.ts';
import { fingerprint } from '../../src/approval/fingerprint.ts';
import { startReverseGate } from '../../src/gates/http/reverse.ts';
import { originReader } from '../../src/gates/origins.ts';
import type { RuntimeAction } from '../../src/policy/action.ts';
import type { RuleRef } from '../../src/policy/verdict.ts';
import { originHeader } from '../../src/protocol/origin.ts';
import { message } from '../../src/protocol/postgres/writer.ts';
import { recordingTarget, testJudge, undeclared } from '../gates/http/support.ts';
import { openFixture } from '../gates/postgres/fixture.ts';

/**
 * Who reaches a gate can say that a call comes from anywhere. It may point people at a wrong line of the repository; it
 * never becomes another runtime action, never leads out of the repository, and never reaches the target.
 */
const rule: RuleRef = {
  id: 'all',
  digest: 'd',
  effect: 'hold',
  reason: 'Reads the headers',
  at: null,
  varies: [],
  headers: ['baggage', originHeader],
  offersVarying: false,
  waitMs: null,
};
const identity = (action: RuntimeAction): string => fingerprint(buildForm(action, [rule], null).form);

const origins = originReader(process.cwd());
/** A way out of the repository, and back into it. */
const here = encodeURIComponent(basename(process.cwd()));
const fixture = await openFixture({ origins });

const sentences: readonly (readonly [string, string | null])[] = [
  ["DELETE FROM t WHERE id = 1 /*jit_file='src%2Ferrors.ts',jit_line='7'*/", 'src/errors.ts:7'],
  ["DELETE FROM t WHERE id = 1 /*app='x', jit_file='src%2Ferrors.ts',jit_line='8'*/", 'src/errors.ts:8'],
  ["DELETE FROM t WHERE id = 1 /*jit_file='..%2F..%2Fetc%2Fpasswd',jit_line='1'*/", null],
  [`DELETE FROM t WHERE id = 1 /*jit_file='..%2F${here}%2Fsrc%2Ferrors.ts',jit_line='1'*/`, null],
  ["DELETE FROM t WHERE id = 1 /*jit_file='%2Fetc%2Fpasswd',jit_line='1'*/", null],
  ["DELETE FROM t WHERE id = 1 /*jit_file='src%2Ferrors.ts',jit_line='99999999'*/", null],
  ["DELETE FROM t WHERE id = 1 /*jit_file='%zz',jit_line='1'*/", null],
  ['DELETE FROM t WHERE id = 1', null],
];
const shown = (action: RuntimeAction | undefined): string | null =>
  action?.origin ? `${action.origin.file}:${action.origin.line}` : null;

test('a statement is the same one whatever its comment says about its origin', async () => {
  const client = await fixture.client();
  const judged = await fixture.during(async () => {
    for (const [text] of sentences) await assert.rejects(client.query(text), /held by the rule/);
  });
  assert.deepEqual(
    judged.map(({ action }) => shown(action)),
    sentences.map(([, origin]) => origin),
  );
  assert.equal(new Set(judged.map(({ action }) => identity(action))).size, 1);
});

test('the name of a session points at a line only where it is one of the repository', async () => {
  for (const [name, expected] of [
    ['src/errors.ts::12', 'src/errors.ts:12'],
    ['../secret::12', null],
    ['src/none.ts::12', null],
    ['psql', null],
  ] as const) {
    const client = await fixture.client({ application_name: name });
    const [judged] = await fixture.during(() => assert.rejects(client.query('DELETE FROM t')));
    assert.equal(shown(judged?.action), expected);
  }
});

test('an origin message is kept from the server, between any two messages and of any content', async () => {
  const client = await fixture.client();
  const stream: unknown = Reflect.get(Reflect.get(client, 'connection'), 'stream');
  assert(stream instanceof Socket);
  for (const content of ['', 'src/errors.ts:5', '\u0000'.repeat(9), 'x'.repeat(20_000)]) {
    stream.write(message('o', Buffer.from(content)));
    assert.deepEqual((await client.query('SELECT 1 AS one')).rows, [{ one: 1 }]);
  }
});

test('a request is the same one whatever it says about its origin, and its target never hears of it', async (t) => {
  const target = await recordingTarget(t);
  const judge = testJudge(() => 'allow');
  const gate = await startReverseGate({
    judge,
    target: undeclared('127.0.0.1', target.port),
    upstream: new URL(`http://127.0.0.1:${target.port}`),
    origins,
  });
  t.after(() => gate.close());
  const headers: readonly (readonly [Record<string, string>, string | null])[] = [
    [{}, null],
    [{ [originHeader]: 'src%2Ferrors.ts:3' }, 'src/errors.ts:3'],
    [{ [originHeader]: '..%2Fsecret:3' }, null],
    [{ [originHeader]: `${'%41'.repeat(5000)}:3` }, null],
    [{ baggage: 'jit.file=src%2Ferrors.ts,jit.line=4;ttl=1' }, 'src/errors.ts:4'],
    [{ baggage: 'jit.file=src%2Fnone.ts , jit.line=4' }, null],
  ];
  for (const [given] of headers) await (await request(gate.url, { headers: given })).body.dump();
  assert.deepEqual(
    judge.actions.map(shown),
    headers.map(([, origin]) => origin),
  );
  assert.equal(new Set(judge.actions.map(identity)).size, 1);
  for (const seen of target.seen) assert.doesNotMatch(seen.headers.join('\n'), /origin|baggage/i);
  await (await request(gate.url, { headers: { baggage: 'user=5,jit.line=4' } })).body.dump();
  assert(target.seen.at(-1)?.headers.includes('user=5'), 'what else is in the baggage goes on');
});

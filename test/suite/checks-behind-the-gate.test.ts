import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fingerprint } from '../../src/approval/fingerprint.ts';
import type { ActionForm } from '../../src/approval/form.ts';
import type { GrantSource } from '../../src/approval/grant.ts';
import { createJudge } from '../../src/suite/judge.ts';
import { Recorder } from '../../src/suite/recorder.ts';
import { errorOf, openFixture } from '../gates/postgres/fixture.ts';
import { load, run, text } from '../policy/actions.ts';

const approved = new Set<string>();
const held: ActionForm[] = [];
/** Fingerprints that somebody approved, as a GrantSource tells them. */
const grants: GrantSource = {
  async find({ id, fingerprint: print, form }) {
    held.push(form);
    if (!approved.has(print)) return { kind: 'none', problem: null };
    const grant = { fingerprint: print, id, binds: print, varying: [], uses: null, expires: null, by: ['a'] };
    return { kind: 'granted', grant, giveBack: () => {} };
  },
};

const policy = load(
  text(`version: 1
default: allow
targets: { shop-db: { postgres: { env: DATABASE_URL }, disposable: false } }
rules:
  - id: whole-rows
    on: { sql: { operation: [insert, update], table: people } }
    check: [{ columns: {} }, { script: { file: .github/jit/polite.mjs, env: [WORD] } }]
  - id: few-rows
    on: { sql: { operation: delete } }
    when: action.estimatedRows > 100
    hold: { reason: Many rows }
`),
);

const script =
  'export default ({ action }) => ({ pass: !action.statement.includes(process.env.WORD), expected: "politeness", met: "a rude word" })';
let reads = 0;
const judge = createJudge({
  policy,
  grants,
  recorder: new Recorder(),
  run: () => run,
  readFile: async () => {
    reads += 1;
    return { known: true, value: script };
  },
  environment: { WORD: 'damn', DATABASE_URL: 'not for scripts' },
  secrets: [],
  now: () => Date.parse('2026-01-01T00:00:00Z'),
  approveHint: (id) => `approve ${id}`,
  onFlagged: () => {},
});
const fixture = await openFixture({ judge });
const direct = await fixture.direct();
await direct.query('create table people (email text not null, note text); create table many (id int)');

test('checks deny with what they expected and what they met', async () => {
  const client = await fixture.client();
  await client.query("insert into people (email) values ('a@x')");
  const missing = await errorOf(client.query("insert into people (note) values ('x')"));
  assert.equal(missing.code, 'JA002');
  assert.match(missing.detail ?? '', /Check columns: expected a value for column "email" of public\.people/);
  const rude = await errorOf(client.query("insert into people (email) values ('damn')"));
  assert.match(rude.detail ?? '', /Check script: expected politeness; met a rude word/);
  const unseen = await errorOf(client.query('insert into people (email) select email from people'));
  assert.equal(unseen.code, 'JA001', 'what cannot be seen is held, not denied');
  assert.equal(reads, 1, 'the script is read once');
});

test('estimated rows hold, and an approval covers them up to the next power of ten', async () => {
  const client = await fixture.client();
  const fill = async (rows: number) => {
    await direct.query('truncate many');
    await direct.query('insert into many select generate_series(1, $1)', [rows]);
    await direct.query('analyze many');
  };
  await fill(50);
  assert.equal((await client.query('delete from many')).rowCount, 50);
  await fill(150);
  assert.equal((await errorOf(client.query('delete from many'))).code, 'JA001');
  const form = held.at(-1);
  assert.deepEqual(form?.evidence, [{ name: 'estimatedRows', upTo: '1000' }]);
  if (form !== undefined) approved.add(fingerprint(form));
  assert.equal((await client.query('delete from many')).rowCount, 150);
  await fill(900);
  assert.equal((await client.query('delete from many')).rowCount, 900);
  await fill(1500);
  assert.equal((await errorOf(client.query('delete from many'))).code, 'JA001');
});

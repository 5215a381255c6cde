import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCheck } from '../../src/checks/run-check.ts';
import { JsonNumber, type RuntimeAction } from '../../src/policy/action.ts';
import type { CheckRequest, CheckSpec } from '../../src/policy/verdict.ts';
import { call, command, http, param, run, sql, tunnel } from '../policy/actions.ts';

const user = {
  type: 'object',
  required: ['email'],
  properties: {
    email: { type: 'string', pattern: '^[^@]+@[^@]+$' },
    age: { type: 'integer', minimum: 18 },
    admin: { type: 'boolean' },
  },
  additionalProperties: false,
};

function request(check: CheckSpec): CheckRequest {
  const rule = {
    id: 'r',
    digest: '0'.repeat(64),
    effect: 'deny',
    reason: 'x',
    at: null,
    varies: [],
    headers: [],
    offersVarying: true,
    waitMs: null,
  } as const;
  return { rule, otherwise: 'deny', check };
}

async function found(check: CheckSpec, action: RuntimeAction, schema: object | string | null = user) {
  const text = typeof schema === 'string' ? schema : JSON.stringify(schema);
  const asked = request(check);
  const result = await runCheck(asked, action, run, async () =>
    schema === null ? { known: false, why: 'there is no such file' } : { known: true, value: text },
  );
  assert.equal(result.request, asked);
  return result;
}

const schema: CheckSpec = { type: 'schema', file: 'user.schema.json' };
const outcome = async (action: RuntimeAction) => (await found(schema, action)).outcome;

test('an expression must be true for every operation', async () => {
  const only = (source: string, text: string) => found({ type: 'expression', source }, sql(text));
  assert.equal((await only('action.where', 'delete from a where b')).outcome, 'passed');
  const failed = await only('action.where', 'delete from a where b; delete from c');
  assert.deepEqual([failed.outcome, failed.expected], ['failed', 'action.where']);
  assert.equal(failed.met, 'action.where is false');
  const call_ = await found(
    {
      type: 'expression',
      source: 'action.params.amount < 5 && action.params.password == "x" && run.step == "api"',
    },
    call('pay', { amount: new JsonNumber('7'), password: 's3cret' }),
  );
  assert.equal(
    call_.met,
    'action.params.amount is 7, action.params.password is ‹redacted›, run.step is "api"',
  );
  assert.equal((await only('action.rows[0].a == 1', 'delete from a')).outcome, 'unknown');
  assert.equal((await only('action.where', 'selec')).outcome, 'unknown');
});

test('a schema is applied to every row, with parameters in their places', async () => {
  const insert = 'insert into users (email, age) values ($1, $2)';
  assert.equal(await outcome(sql(insert, [param('a@x', 25), param('20', 23)])), 'passed');
  assert.equal(await outcome(sql(insert, [param('a@x', 25), param('17', 23)])), 'failed');
  assert.equal(await outcome(sql("insert into users (email, age) values ('a@x', 20), ('b', 20)")), 'failed');
  assert.equal(await outcome(sql("update users set email = 'a@x', age = 30 where id = 1")), 'passed');
  assert.equal(await outcome(sql('insert into users (age) values (20)')), 'failed');
  assert.equal(await outcome(sql('insert into users (email) values (null)')), 'failed');
});

test('a text without a type becomes what its column is, as PostgreSQL does it, and nothing else', async () => {
  const insert = 'insert into users (email, age, admin) values ($1, $2, $3)';
  assert.equal(await outcome(sql(insert, [param('a@x'), param('20'), param('t')])), 'passed');
  assert.equal(await outcome(sql(insert, [param('a@x'), param('twenty'), param('t')])), 'failed');
  assert.equal(await outcome(sql(insert, [param('a@x'), param('20'), param('maybe')])), 'failed');
  assert.equal(
    await outcome(sql(insert, [param('a@x'), param('20', 25), param('t')])),
    'failed',
    'sent as text',
  );
  assert.equal(await outcome(sql(insert, [param('a@x'), param(null), param('t')])), 'failed');
});

test('what is computed, comes from a query, or names no columns is unknown', async () => {
  for (const text of [
    'insert into users (email) values (lower($1))',
    'insert into users (email) select email from old',
    "insert into users values ('a@x')",
    'copy users (email) from stdin',
    'selec',
    'delete from users',
  ]) {
    assert.equal(await outcome(sql(text, [param('a@x')])), 'unknown', text);
  }
});

test('bodies and parameters of calls are checked as they came', async () => {
  const body = { email: 'a@x', age: new JsonNumber('20') };
  assert.equal(await outcome(http('POST', 'https://x.example/', body)), 'passed');
  assert.equal(await outcome(http('POST', 'https://x.example/', { ...body, age: '20' })), 'failed');
  assert.equal(await outcome(http('POST', 'https://x.example/')), 'failed');
  assert.equal(await outcome(tunnel('x.example')), 'unknown');
  assert.equal(await outcome(call('user.create', { email: 'a@x', extra: true })), 'failed');
  assert.equal((await found(schema, command('a', 'b'), { type: 'array', maxItems: 1 })).outcome, 'failed');
});

test('a failure tells the place and the expectation, and never the value', async () => {
  const { expected, met } = await found(schema, sql("insert into users (email) values ('s3cret')"));
  assert.match(expected, /^row\/email must match pattern/);
  assert.doesNotMatch(`${expected} ${met}`, /s3cret/);
});

test('a schema that is missing, broken, or says what is not understood is unknown, never passed', async () => {
  const action = call('x', { email: 'a@x' });
  for (const [broken, why] of [
    [null, /no such file/],
    ['{', /cannot be used as JSON Schema/],
    ['true', /no object/],
    [{ type: 'nonsense' }, /cannot be used/],
    [{ properties: { email: { format: 'email' } } }, /unknown format/],
    [{ requird: ['x'] }, /unknown keyword/],
    [{ $ref: 'https://elsewhere.example/s.json' }, /can't resolve/],
  ] as const) {
    const result = await found(schema, action, broken);
    assert.equal(result.outcome, 'unknown', JSON.stringify(broken));
    assert.match(result.met, why);
  }
});

test('a pattern that backtracks elsewhere takes no time here', async () => {
  const slow = { properties: { email: { pattern: '^(a+)+$' } } };
  assert.equal((await found(schema, call('x', { email: `${'a'.repeat(50_000)}!` }), slow)).outcome, 'failed');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ActionKind, JsonNumber, type RuntimeAction } from '../../src/policy/action.ts';
import { compileExpression } from '../../src/policy/expression.ts';
import { expressionContext } from '../../src/policy/expression-context.ts';
import { call, command, http, param, run, sql, tunnel } from './actions.ts';

function answer(source: string, action: RuntimeAction, context = run): string {
  const operation = action.kind === 'sql' ? (action.analysis.operations[0] ?? null) : null;
  const found = compileExpression(source, action.kind).evaluate(
    expressionContext(action, operation, context),
  );
  return found.answer === 'unknown' ? `unknown: ${found.why}` : found.answer;
}

const charge = http('POST', 'https://api.example/v1/charges?dry=1&dry=2&x=3', {
  amount: new JsonNumber('20000'),
  big: new JsonNumber('9007199254740993'),
  ratio: new JsonNumber('1.5'),
  huge: new JsonNumber('1e999'),
  text: '20000',
  constructor: 'c',
  tags: ['a', 'b'],
  nothing: null,
  fake: { number: '5' },
});

test('values enter with their types, and integers keep every digit', () => {
  for (const source of [
    'action.body.amount > 10000',
    'action.body.amount == 20000',
    'action.body.big == 9007199254740993',
    'action.body.big != 9007199254740992',
    'action.body.ratio < 2.0',
    'int(action.body.text) > 10000',
    'action.body.constructor == "c"',
    'action.body.nothing == null',
    'action.body.fake.number == "5"',
    'action.body.tags.exists(t, t == "b")',
    'action.query.x == "3"',
    'action.method == "POST" && action.port == 443',
    'regex(action.path, "^/v1/(charges|refunds)$")',
    'target.host == "api.example" && !target.disposable',
    'run.step == "api" && run.attempt == 1',
    'has(action.body.amount) && !has(action.body.missing)',
    '!("missing" in action.body)',
  ]) {
    assert.equal(answer(source, charge), 'yes', source);
  }
});

test('what is missing, hidden or goes wrong is unknown, also to has() and in', () => {
  for (const [source, why] of [
    ['action.body.missing == 1', /No such key: missing/],
    ['action.body.missing.deeper == 1', /No such key/],
    ['action.body.text > 5', /no such overload/],
    ['int(action.body.constructor) > 5', /int/],
    ['action.body.huge > 5', /"huge" is not known/],
    ['has(action.body.huge)', /"huge" is not known/],
    ['action.query.dry == "1"', /"dry" is not known/],
    ['has(action.query.dry)', /"dry" is not known/],
    ['action.body.tags', /gave no boolean/],
    ['action.contentType == "x"', /action.contentType is not known/],
  ] as const) {
    assert.match(answer(source, charge), new RegExp(`^unknown.*${why.source}`), source);
  }
  const hidden = tunnel('api.example');
  for (const source of [
    'action.method == "GET"',
    'has(action.body)',
    '!has(action.body)',
    'has(action.body.x)',
    '!has(action.path)',
  ]) {
    assert.match(answer(source, hidden), /^unknown: .*a TLS tunnel hides it/, source);
  }
  assert.match(
    answer('run.author == "x"', charge, { ...run, author: null }),
    /^unknown: .*run.author is not known/,
  );
});

test('what is certain despite an unknown part is told', () => {
  assert.equal(answer('action.body.missing == 1 || action.method == "POST"', charge), 'yes');
  assert.equal(answer('action.method == "GET" && action.body.missing == 1', charge), 'no');
});

test('a statement is seen by its operation, with parameters in their places', () => {
  const insert = sql('insert into users (id, email, made) values ($1, $2, now())', [
    param('7', 23),
    param('a@x'),
  ]);
  for (const source of [
    'action.operation == "insert" && action.tables == ["users"] && "email" in action.columns',
    'action.rows[0].id == 7 && action.rows[0].email == "a@x"',
    'action.rows.all(row, row.email.endsWith("@x"))',
    'action.params[1] == "a@x"',
    '!action.where',
  ]) {
    assert.equal(answer(source, insert), 'yes', source);
  }
  assert.match(answer('action.rows[0].made == "x"', insert), /"made" is not known/);
  assert.match(answer('"made" in action.rows[0]', insert), /"made" is not known/);
  assert.match(answer('action.rows.exists(row, has(row.made))', insert), /^unknown/);
  const remove = sql("delete from users where email = 'x'");
  assert.equal(answer('action.where && action.predicate == "email = \'x\'"', remove), 'yes');
  assert.match(answer('action.predicate == ""', sql('delete from users')), /^unknown/);
  assert.equal(
    answer('action.function == "app.f"', { ...sql('select 1'), analysis: sql('call app.f()').analysis }),
    'yes',
  );
  assert.match(
    answer('action.rows[0].n > 5', sql('insert into t (n) values ($1)', [param('NaN', 1700)])),
    /^unknown/,
  );
});

test('commands and calls are seen by their words and parameters', () => {
  assert.equal(
    answer('action.argv[1] == "apply" && size(action.argv) == 2', command('terraform', 'apply')),
    'yes',
  );
  assert.equal(answer('action.params.to.endsWith("@x")', call('email.send', { to: 'a@x' })), 'yes');
});

test('macros over more than 1000 elements are unknown', () => {
  const many = call(
    'x',
    Array.from({ length: 1001 }, () => 'a'),
  );
  assert.match(answer('action.params.exists(p, p == "b")', many), /more than 1000 elements/);
  assert.equal(answer('action.params[0] == "a"', many), 'yes');
});

test('what cannot be used is refused when it is compiled, with the reason', () => {
  const refused: [string, ActionKind, RegExp][] = [
    ['action.boddy == 1', 'http', /http actions have no field "boddy"; did you mean "body"\?/],
    ['action.body == 1', 'sql', /sql actions have no field "body"/],
    ['run.stp == "x"', 'sql', /run has no field "stp"; did you mean "step"\?/],
    ['actoin.where', 'sql', /Unknown variable: actoin/],
    ['action.where == "x"', 'sql', /no such overload: bool == string/],
    ['action.operation', 'sql', /gives string, expected true or false/],
    ['action.where &&', 'sql', /Unexpected token/],
    ['action.statement.matches("a+")', 'sql', /write regex/],
    ['action.body.x.matches("a+")', 'http', /write regex/],
    ['regex(action.statement, action.role)', 'sql', /must be a literal/],
    ['regex(action.statement, "(")', 'sql', /missing closing/],
    ['action.tables.all(a, action.tables.all(b, action.tables.all(c, a == c)))', 'sql', /at most 2 deep/],
    ['action.headers.size() > 0', 'http', /one by one/],
    ['action.headers["X-Tenant"] == "a"', 'http', /in lower case: "x-tenant"/],
    ['[action].exists(a, a.headers["x"] == "y")', 'http', /field by field/],
  ];
  for (const [source, kind, why] of refused)
    assert.throws(() => compileExpression(source, kind), { message: why }, source);
});

test('the headers that an expression reads are told, because an approval must bind them', () => {
  const found = compileExpression(
    'action.headers["x-tenant"] == "a" && action.headers.accept == "b"',
    'http',
  );
  assert.deepEqual(found.headers, ['x-tenant', 'accept']);
  const request = { ...charge, headers: { 'x-tenant': 'a', accept: 'b' } };
  assert.equal(answer('action.headers["x-tenant"] == "a" && action.headers.accept == "b"', request), 'yes');
});

test('the headers inside of a tunnel that nobody reads are unknown, not absent', () => {
  const unread = tunnel('api.example');
  for (const source of [
    'has(action.headers.accept)',
    'action.headers["x-tenant"] == "a"',
    'action.contentType == "text/plain"',
  ]) {
    assert.match(answer(source, unread), /^unknown: .*tunnel/, source);
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { stringify } from 'yaml';
import type { RuntimeAction } from '../../src/policy/action.ts';
import { decide, explain, type Question } from '../../src/policy/decide.ts';
import { indexOf } from '../../src/policy/rule-index.ts';
import type { Facts } from '../../src/policy/verdict.ts';
import { call, command, database, http, load, policy, run, sql, text, tunnel } from './actions.ts';

const cafe = { ...database, name: 'café' };
const named = (host: string) => ({ ...http('POST', 'https://api.example/v1/charges'), host });

/** Ordinary ones, and those that an index is likely to lose. */
const actions: readonly RuntimeAction[] = [
  sql('select * from users'),
  sql('delete from users where id = 1'),
  sql('delete from app.sessions; insert into users (id, email) values (1, $1)'),
  sql('with x as (update carts set n = 2 returning n) select * from x, users'),
  sql('truncate users, carts, sessions'),
  sql('drop schema public cascade'),
  sql('delete from "Users"'),
  sql('delete from users', [], cafe),
  sql('select app.f()'),
  sql('selec'),
  sql('begin'),
  sql(''),
  http('POST', 'https://api.example/v1/charges?a=1', { email: 'a@x' }),
  http('post', 'https://API.example/v1/x/%2e%2e/charges'),
  http('GET', 'https://other.example/v1'),
  { ...http('GET', 'https://api.example/'), path: { known: true, value: '/v1/%zz' } },
  named('API.EXAMPLE.'),
  named('s\u{17f}.example'),
  { ...named('api.example'), method: { known: true, value: 'PO\u{17f}T' } },
  tunnel('api.example'),
  command('/usr/bin/psql', '-c', 'x'),
  call('email.send', { email: 'a@x' }),
  call('sms', null),
];

function oneOrMore(...globs: string[]): fc.Arbitrary<string | string[]> {
  const glob = fc.constantFrom(...globs);
  return fc.oneof(glob, fc.array(glob, { minLength: 1, maxLength: 4 }));
}

const targets = oneOrMore(
  'staging-db',
  'staging-*',
  'caf[é]',
  'a*',
  '*-db',
  'api.example:443',
  '{mail,staging-db}',
);
const matcher = fc.oneof(
  fc
    .record(
      {
        operation: oneOrMore('select', 'delete', 'insert', 'update', 'drop', 'truncate', 'call'),
        table: oneOrMore(
          'users',
          'USERS',
          'public.*',
          'app.sessions',
          's*',
          '*s',
          '"Users"',
          '"users"',
          'u\\sers',
          '[uc]*',
          '*',
        ),
        column: fc.constantFrom('email', 'n*'),
        target: targets,
      },
      { requiredKeys: [] },
    )
    .map((fields) => ({ sql: fields })),
  fc
    .record(
      {
        method: oneOrMore('POST', 'get', 'P*', 'POſT'),
        host: oneOrMore(
          'api.example',
          'API.example',
          '*.example',
          'ss.example',
          's[a-z].example',
          'ſ.example',
          's.example',
          '*',
        ),
        path: oneOrMore(
          '/v1/charges',
          '/v1/**',
          '/v1',
          '/*/charges',
          '/**/charges',
          '**',
          '{/v1,/v2}/charges',
        ),
        target: targets,
      },
      { requiredKeys: [] },
    )
    .map((fields) => ({ http: fields })),
  fc
    .record({ name: oneOrMore('command', 'c*', 'deploy'), argv: fc.constant('psql *') }, { requiredKeys: [] })
    .map((fields) => ({ command: fields })),
  fc
    .record(
      { name: oneOrMore('email.send', 'email.*', '*.send', 'sms'), target: oneOrMore('mail', 'm*', 'x') },
      { requiredKeys: [] },
    )
    .map((fields) => ({ call: fields })),
);

const effect = fc.constantFrom<object>(
  { hold: { reason: 'held' } },
  { deny: { reason: 'denied' } },
  { allow: {} },
  { check: [{ schema: 'a.json' }] },
  { hold: { reason: 'again' }, when: 'run.attempt == 1' },
  { hold: { reason: 'never' }, unless: ['run.step == "api"'] },
  { allow: {}, when: 'run.attempt > 1' },
);
const rules = fc.array(
  fc.tuple(matcher, effect).map(([on, does]) => ({ on, ...does })),
  { maxLength: 12 },
);
const fallback = fc.constantFrom('allow', 'hold', 'deny');

function yamlOf(list: readonly object[], otherwise: string): string {
  const targets = { 'staging-db': { postgres: { env: 'A' } } };
  return stringify({
    version: 1,
    default: otherwise,
    targets,
    rules: list.map((one, index) => ({ id: `r${index}`, ...one })),
  });
}

function factsFor(action: RuntimeAction): readonly Facts[] {
  const tables = action.kind === 'sql' ? action.analysis.operations.flatMap((one) => one.tables) : [];
  const value = tables.map(({ schema, name }, index) =>
    index % 3 === 2 ? null : { schema: schema ?? 'public', name },
  );
  return [{}, { relations: { known: true, value } }, { relations: { known: false, why: 'not here' } }];
}

test('a decision by the index equals the decision by asking every rule, in each of its words and in its trace', () => {
  fc.assert(
    fc.property(rules, rules, fallback, (first, second, otherwise) => {
      const using = load(text(yamlOf(first, otherwise)), text(yamlOf(second, 'allow'), 'default'));
      for (const action of actions) {
        for (const facts of factsFor(action)) {
          const question: Question = { policy: using, action, run, facts };
          assert.deepEqual(decide(question), explain(question));
        }
      }
    }),
    { numRuns: 300 },
  );
});

test('a decision asks only the rules that could match', () => {
  const list = Array.from(
    { length: 300 },
    (_, index) =>
      `  - { id: r${index}, on: { sql: { operation: delete, table: t${index} } }, hold: { reason: x } }`,
  );
  const using = policy(
    [...list, '  - { id: any, on: { sql: { table: "t1*" } }, deny: { reason: x } }'].join('\n'),
  );
  const asked = (statement: string) => {
    const action = sql(statement);
    const units = action.analysis.operations.map((operation) => ({
      action,
      operation,
      relations: null,
      notUnderstood: null,
    }));
    return indexOf(using.layers[0]?.rules ?? [])
      .candidates(units)
      .map((rule) => rule.ref.id);
  };
  assert.deepEqual(asked('delete from t7'), ['r7']);
  assert.deepEqual(asked('delete from t17'), ['r17', 'any']);
  assert.deepEqual(asked('update t17 set a = 1'), ['any']);
  assert.deepEqual(asked('delete from other'), []);
  assert.equal(asked('drop schema public').length, 1, 'a schema may hold any table, but drop is not delete');
});

test('a rule of many tables and operations is still found by each of them', () => {
  const tables = Array.from({ length: 90 }, (_, index) => `t${index}`).join(', ');
  const using = policy(
    `  - { id: a, on: { sql: { operation: [delete, update], table: [${tables}] } }, deny: { reason: x } }`,
  );
  for (const statement of ['delete from t0', 'update t89 set a = 1']) {
    const result = decide({ policy: using, action: sql(statement), run, facts: {} });
    assert.equal(result.kind === 'verdict' && result.verdict.decision, 'deny');
  }
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parse } from 'yaml';
import type { RuntimeAction, TableName } from '../../src/policy/action.ts';
import { rememberOf } from '../../src/policy/remember.ts';
import { call, command, http, judge, load, policy, sql, text, yamlOf } from './actions.ts';

/** What is proposed for a flagged action; names resolve to the schema public. */
function proposed(yaml: string, action: RuntimeAction) {
  const using = load(text(yaml));
  const relations: TableName[] =
    action.kind === 'sql'
      ? action.analysis.operations.flatMap(({ tables }) =>
          tables.map((table) => ({ ...table, schema: table.schema ?? 'public' })),
        )
      : [];
  const verdict = judge(using, action, relations);
  return rememberOf(using, action, verdict, { relations: { known: true, value: relations } });
}

const deletes = (rest = '') =>
  yamlOf(`  - id: deletes
    on: { sql: { operation: delete } }
    hold: { reason: no${rest} }`);

suite('approving by rule', () => {
  test('an entry, pasted under `unless`, lets exactly that operation on that table pass', () => {
    const [one] = proposed(deletes(), sql('DELETE FROM orders WHERE id = 3'));
    assert.equal(one?.entry, '- { sql: { operation: delete, table: public.orders, target: staging-db } }');
    assert.equal(one?.place, 'rules, deletes, unless');
    const pasted = `${deletes()}\n    unless: ${JSON.stringify(parse(one?.entry ?? ''))}\n`;
    const decision = (statement: string, name: string) =>
      judge(load(text(pasted)), sql(statement), [{ schema: 'public', name }]).decision;
    assert.equal(decision('DELETE FROM orders', 'orders'), 'allow');
    assert.equal(decision('DELETE FROM users', 'users'), 'hold');
  });

  test('every rule that flagged it gets its own', () => {
    const yaml = yamlOf(`  - { id: a, on: { sql: { operation: delete } }, hold: { reason: no } }
  - { id: b, on: { sql: { table: "public.*" } }, hold: { reason: no } }`);
    assert.deepEqual(
      proposed(yaml, sql('DELETE FROM orders')).map(({ rule, entry }) => [rule, entry !== null]),
      [
        ['a', true],
        ['b', true],
      ],
    );
  });

  test('a statement with several operations gets an entry for each that the rule speaks of', () => {
    const [one] = proposed(
      deletes(),
      sql('WITH d AS (DELETE FROM a RETURNING *), e AS (DELETE FROM b RETURNING *) SELECT * FROM d, c'),
    );
    assert.deepEqual(one?.entry?.split('\n').length, 2);
  });

  test('a request, a command and a call get theirs', () => {
    const rule = (on: string) => yamlOf(`  - { id: r, on: { ${on} }, hold: { reason: no } }`);
    const entry = (on: string, action: RuntimeAction) => proposed(rule(on), action)[0]?.entry;
    assert.equal(
      entry('http: { method: POST }', http('POST', 'https://api.example/v1/charges')),
      '- { http: { method: POST, host: api.example, path: /v1/charges } }',
    );
    assert.equal(
      entry('command: {}', command('deploy', 'staging')),
      '- { command: { name: command, argv: deploy staging } }',
    );
    assert.equal(entry('call: {}', call('email.send', {})), '- { call: { name: email.send, target: mail } }');
  });

  test('a rule that says `remember: false` gets none', () => {
    const [one] = proposed(deletes(', remember: false'), sql('DELETE FROM orders'));
    assert.equal(one?.entry, null);
    assert.match(one?.why ?? '', /forbids/);
  });

  test('what is not understood, and a name that reads as a pattern, get none', () => {
    assert.equal(proposed(deletes(), sql('DELETE FROM orders; nonsense'))[0]?.entry, null);
    assert.equal(proposed(deletes(), sql('DELETE FROM "a*"'))[0]?.entry, null);
    const unresolved = policy('  - { id: d, on: { sql: { operation: delete } }, hold: { reason: no } }');
    const action = sql('DELETE FROM orders');
    const verdict = judge(unresolved, action);
    assert.equal(rememberOf(unresolved, action, verdict, {})[0]?.entry, null);
  });

  test('the default is answered by a rule that allows, a function by its name at the target', () => {
    const [fallback] = proposed(yamlOf('  []', 'hold'), sql('DELETE FROM orders'));
    assert.equal(fallback?.place, 'rules');
    const rules = parse(fallback?.entry ?? '');
    const allowing = yamlOf('  []', 'hold').replace('[]', JSON.stringify(rules));
    assert.equal(
      judge(load(text(allowing)), sql('DELETE FROM orders'), [{ schema: 'public', name: 'orders' }]).decision,
      'allow',
    );
    const [opaque] = proposed(yamlOf('  []'), sql('SELECT app.next_no()'));
    assert.deepEqual([opaque?.place, opaque?.entry], ['targets, staging-db, functions', '- app.next_no']);
  });

  test("an organisation's rule says whose it is", () => {
    const shared = {
      text: deletes(),
      source: { ...text('').source, from: 'organisation', file: 'acme/.github:jit-approval.yml' },
    } as const;
    const using = load(text(yamlOf('  []')), shared);
    const action = sql('DELETE FROM public.orders');
    const relations = { known: true, value: [{ schema: 'public', name: 'orders' }] } as const;
    const [one] = rememberOf(using, action, judge(using, action), { relations });
    assert.equal(one?.source?.from, 'organisation');
    assert.ok(one?.entry);
  });
});

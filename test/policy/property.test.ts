import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { decide } from '../../src/policy/decide.ts';
import { loadPolicy, type Policy } from '../../src/policy/parse.ts';
import type { Decision } from '../../src/policy/verdict.ts';
import { call, http, load, run, sql, text, tunnel } from './actions.ts';

const severity: Record<Decision, number> = { allow: 0, hold: 1, deny: 2 };

const actions = [
  sql('select * from users'),
  sql('delete from users where id = 1'),
  sql('delete from sessions; insert into users (id, email) values (1, $1)'),
  sql('with x as (update carts set n = 2 returning n) select * from x'),
  sql('insert into users (email) values (now())'),
  sql('drop schema public cascade'),
  sql('select app.f()'),
  sql('selec'),
  sql('begin'),
  sql(''),
  http('POST', 'https://api.example/v1/charges?a=1', { email: 'a@x' }),
  http('GET', 'https://other.example/'),
  tunnel('api.example'),
  call('email.send', { email: 'a@x' }),
];

const matcher = fc.oneof(
  fc
    .record(
      {
        operation: fc.constantFrom('select', 'delete', 'insert', 'update', 'drop', 'call'),
        table: fc.constantFrom('users', 'public.*', 'sessions', 'public.sessions'),
        column: fc.constantFrom('email', 'n*'),
      },
      { requiredKeys: [] },
    )
    .map((fields) => ({ sql: fields })),
  fc
    .record(
      {
        method: fc.constantFrom('POST', 'GET'),
        host: fc.constantFrom('api.example', '*'),
        path: fc.constant('/v1/**'),
      },
      { requiredKeys: [] },
    )
    .map((fields) => ({ http: fields })),
  fc.constant({ call: { name: 'email.*' } }),
);
type Matcher = { sql: object } | { http: object } | { call: object };

function conditions(on: Matcher): fc.Arbitrary<string> {
  if ('sql' in on)
    return fc.constantFrom(
      'action.where',
      '!action.where',
      'action.rows[0].email == "a@x"',
      'run.attempt > 1',
    );
  if ('http' in on)
    return fc.constantFrom('action.body.email == "a@x"', 'action.method == "POST"', 'has(action.body.x)');
  return fc.constantFrom('action.params.email == "a@x"', 'action.params.x == 1');
}

const effect = fc.constantFrom(
  { hold: { reason: 'held' } },
  { deny: { reason: 'denied' } },
  { allow: {} },
  { check: [{ schema: 'a.json' }] },
);
const rule = matcher.chain((on: Matcher) =>
  fc
    .record({
      when: fc.option(conditions(on), { nil: undefined }),
      unless: fc.array(conditions(on), { maxLength: 1 }),
      effect,
    })
    .map(({ when, unless, effect: does }) => ({
      on,
      ...(when === undefined ? {} : { when }),
      ...(unless.length === 0 ? {} : { unless }),
      ...does,
    })),
);
const rules = fc.array(rule, { maxLength: 5 });
const fallback = fc.constantFrom<Decision>('allow', 'hold', 'deny');

function made(list: readonly object[], otherwise: Decision): Policy {
  return load(
    text(
      stringify({
        version: 1,
        default: otherwise,
        rules: list.map((one, index) => ({ id: `r${index}`, ...one })),
      }),
    ),
  );
}

/** Every verdict in one line each; names resolve to public. */
function outcomes(policy: Policy): string[] {
  return actions.map((action) => JSON.stringify(verdict(policy, action)));
}

function verdict(policy: Policy, action: (typeof actions)[number]) {
  const tables = action.kind === 'sql' ? action.analysis.operations.flatMap((one) => one.tables) : [];
  const relations = tables.map((table) => ({ schema: table.schema ?? 'public', name: table.name }));
  const result = decide({ policy, action, run, facts: { relations: { known: true, value: relations } } });
  assert.ok(result.kind === 'verdict');
  const { decision, rules: spoke, checks, reason } = result.verdict;
  return {
    decision,
    reason,
    rules: spoke.map(({ digest }) => digest),
    checks: checks.map(({ rule: { digest } }) => digest).sort(),
  };
}

/** How strict a verdict is: its decision, then the checks that it waits for. */
function strictness(policy: Policy): number[] {
  return actions.map((action) => {
    const found = verdict(policy, action);
    return severity[found.decision] * 100 + found.checks.length;
  });
}

test('the order of rules never matters', () => {
  fc.assert(
    fc.property(rules, fallback, (list, otherwise) => {
      const withIds = list.map((one, index) => ({ id: `r${index}`, ...one }));
      const there = load(text(stringify({ version: 1, default: otherwise, rules: withIds })));
      const back = load(text(stringify({ version: 1, default: otherwise, rules: withIds.toReversed() })));
      assert.deepEqual(outcomes(there), outcomes(back));
    }),
    { numRuns: 60 },
  );
});

test('one more rule that does not allow never loosens, under default: allow', () => {
  fc.assert(
    fc.property(rules, rule, (list, added) => {
      fc.pre(!('allow' in added));
      const before = strictness(made(list, 'allow'));
      const after = strictness(made([...list, added], 'allow'));
      for (const [index, level] of after.entries()) assert.ok(level >= (before[index] ?? 0), `${index}`);
    }),
    { numRuns: 60 },
  );
});

test('one more text never loosens', () => {
  fc.assert(
    fc.property(rules, rules, fallback, fallback, (first, second, one, other) => {
      const yaml = (list: readonly object[], otherwise: Decision) =>
        stringify({
          version: 1,
          default: otherwise,
          rules: list.map((entry, index) => ({ id: `r${index}`, ...entry })),
        });
      const alone = strictness(load(text(yaml(first, one))));
      const united = strictness(load(text(yaml(first, one)), text(yaml(second, other), 'default')));
      for (const [index, level] of united.entries()) assert.ok(level >= (alone[index] ?? 0), `${index}`);
    }),
    { numRuns: 60 },
  );
});

test('an exemption loosens its own rule and no other', () => {
  fc.assert(
    fc.property(rules, rule, fallback, (list, exempted, otherwise) => {
      fc.pre(list.length > 0);
      const own = { ...exempted, unless: ['true'] };
      assert.deepEqual(
        outcomes(made([...list, own], otherwise)).map(withoutReason),
        outcomes(made(list, otherwise)).map(withoutReason),
      );
    }),
    { numRuns: 60 },
  );
});

function withoutReason(outcome: string): string {
  const { reason: _, ...rest } = JSON.parse(outcome);
  return JSON.stringify(rest);
}

test('any text is a policy or a list of problems, and never an exception', () => {
  const valid = stringify({
    version: 1,
    default: 'hold',
    rules: [{ id: 'a', on: { sql: { table: 'x' } }, when: 'action.where', hold: { reason: 'x' } }],
  });
  const mutated = fc
    .tuple(fc.nat(valid.length), fc.nat(20), fc.string({ unit: 'binary', maxLength: 10 }))
    .map(([at, length, put]) => valid.slice(0, at) + put + valid.slice(at + length));
  const structured = fc
    .object({
      key: fc.constantFrom(
        'version',
        'default',
        'rules',
        'targets',
        'on',
        'sql',
        'id',
        'when',
        'unless',
        'hold',
        '__proto__',
        'toString',
      ),
      maxDepth: 4,
    })
    .map((value) => stringify(value));
  fc.assert(
    fc.property(fc.oneof(mutated, structured, fc.string({ unit: 'binary' })), (yaml) => {
      const loaded = loadPolicy([text(yaml)]);
      if (!loaded.ok) {
        assert.ok(loaded.problems.length > 0);
        for (const { line, column, message } of loaded.problems)
          assert.ok(line >= 1 && column >= 1 && message !== '');
      }
    }),
    { numRuns: 500 },
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { stringify } from 'yaml';
import type { RuntimeAction } from '../../src/policy/action.ts';
import { conclude, decide } from '../../src/policy/decide.ts';
import { loadPolicy, type Policy } from '../../src/policy/parse.ts';
import type { CheckRequest, CheckResult, Decision, Facts, Verdict } from '../../src/policy/verdict.ts';
import { call, http, load, run, sql, text, tunnel } from './actions.ts';

const severity: Record<Decision, number> = { allow: 0, hold: 1, deny: 2 };

const unread = { known: false, why: 'not read' } as const;
const binary = {
  oid: 60_001,
  value: { known: false, why: 'its binary type is not known' },
  hex: '00',
} as const;

/** What is known, and of each kind something that is not. */
const actions = [
  sql('select * from users'),
  sql('delete from users where id = 1'),
  sql('delete from sessions; insert into users (id, email) values (1, $1)'),
  sql('with x as (update carts set n = 2 returning n) select * from x'),
  sql('insert into users (email) values (now())'),
  sql('insert into users (email) values ($1)', [binary]),
  sql('drop schema public cascade'),
  sql('select app.f()'),
  sql('selec'),
  sql('begin'),
  sql(''),
  http('POST', 'https://api.example/v1/charges?a=1', { email: 'a@x' }),
  { ...http('POST', 'https://api.example/v1/charges'), body: unread },
  http('GET', 'https://other.example/'),
  tunnel('api.example'),
  call('email.send', { email: 'a@x' }),
  call(
    'email.send',
    Array.from({ length: 1001 }, () => 'a@x'),
  ),
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
      'action.estimatedRows > 10',
      'run.labels.exists(l, l == "x")',
    );
  if ('http' in on)
    return fc.constantFrom('action.body.email == "a@x"', 'action.method == "POST"', 'has(action.body.x)');
  return fc.constantFrom(
    'action.params.email == "a@x"',
    'action.params.x == 1',
    'action.params.exists(p, p == "a@x")',
  );
}

const effect = fc.constantFrom(
  { hold: { reason: 'held' } },
  { deny: { reason: 'denied' } },
  { allow: {} },
  { check: [{ schema: 'passes.json' }] },
  { check: [{ schema: 'passes.json' }, { schema: 'fails.json' }], otherwise: 'hold' },
  { check: [{ schema: 'fails.json' }] },
  { check: [{ schema: 'cannot-tell.json' }] },
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
const fallback = fc.constantFrom<Decision>('allow', 'hold', 'deny');
type Rule = object;

/** A rule without exemptions, and one that it may get. */
const exemptible = matcher.chain((on: Matcher) =>
  fc.tuple(
    fc
      .record({ when: fc.option(conditions(on), { nil: undefined }), effect })
      .map(({ when, effect: does }) => ({
        on,
        ...(when === undefined ? {} : { when }),
        ...does,
      })),
    fc.oneof(conditions(on), fc.constant('true')),
  ),
);

/** One text's rules and its default. */
interface Layer {
  readonly rules: readonly Rule[];
  readonly fallback: Decision;
}
const layer: fc.Arbitrary<Layer> = fc.record({ rules: fc.array(rule, { maxLength: 4 }), fallback });
const layers = fc.array(layer, { minLength: 1, maxLength: 2 });

/** Rules are known by their place, so one that is put at the end renames no other. */
function made(all: readonly Layer[], order: (rules: object[]) => object[] = (rules) => rules): Policy {
  return load(
    ...all.map(({ rules, fallback: otherwise }, at) => {
      const named = rules.map((one, index) => ({ id: `${'ab'[at] ?? ''}${index}`, ...one }));
      return text(
        stringify({ version: 1, default: otherwise, rules: order(named) }),
        at === 0 ? 'base' : 'default',
      );
    }),
  );
}

/** The first layer with other rules. */
function withRules(
  [first, ...others]: readonly Layer[],
  change: (rules: readonly Rule[]) => Rule[],
): Layer[] {
  return first === undefined ? [] : [{ ...first, rules: change(first.rules) }, ...others];
}

const knownNames = (action: RuntimeAction): Facts => {
  const tables = action.kind === 'sql' ? action.analysis.operations.flatMap((one) => one.tables) : [];
  const value = tables.map((table) => ({ schema: table.schema ?? 'public', name: table.name }));
  return { relations: { known: true, value }, estimatedRows: { known: true, value: 100 } };
};
const nothingKnown: Facts = { relations: unread, estimatedRows: unread };

/** Checks end as their file is called. */
function resultOf(request: CheckRequest): CheckResult {
  const file = request.check.type === 'schema' ? request.check.file : '';
  const outcome = file === 'passes.json' ? 'passed' : file === 'fails.json' ? 'failed' : 'unknown';
  return { request, outcome, expected: 'an a', met: 'a b' };
}

/** The verdicts once the checks have run, with and without what can be found out. */
function verdicts(policy: Policy): Verdict[] {
  return actions.flatMap((action) =>
    [knownNames(action), nothingKnown].map((facts) => {
      const result = decide({ policy, action, run, facts });
      assert.ok(result.kind === 'verdict');
      return conclude(result.verdict, result.verdict.checks.map(resultOf));
    }),
  );
}

/** Every verdict in one line each. */
function outcomes(policy: Policy): string[] {
  return verdicts(policy).map(({ decision, rules, reason, unknown, results }) =>
    JSON.stringify([
      decision,
      rules.map(({ digest }) => digest),
      reason,
      unknown,
      results.map(({ request }) => request.rule.id).sort(),
    ]),
  );
}

/** What passes under `strict` passes under `loose`, and what is held there waits for no more rules here. */
function assertNotLooser(strict: Policy, loose: Policy): void {
  const below = verdicts(loose);
  for (const [index, { decision, rules }] of verdicts(strict).entries()) {
    const before = below[index];
    assert.ok(before !== undefined && severity[decision] >= severity[before.decision], `${index}`);
    if (decision === 'allow' || decision !== before.decision) continue;
    const ids = new Set(rules.map(({ id }) => id));
    for (const { id } of before.rules) assert.ok(ids.has(id), `${index}: ${id} is no longer asked`);
  }
}

test('the order of rules never matters', () => {
  fc.assert(
    fc.property(layers, (all) => {
      assert.deepEqual(outcomes(made(all, (rules) => rules.toReversed())), outcomes(made(all)));
    }),
    { numRuns: 60 },
  );
});

test('one more rule never loosens unless it allows, whatever the default', () => {
  fc.assert(
    fc.property(layers, rule, (all, added) => {
      const more = made(withRules(all, (rules) => [...rules, added]));
      if ('allow' in added) assertNotLooser(made(all), more);
      else assertNotLooser(more, made(all));
    }),
    { numRuns: 200 },
  );
});

test('one more text never loosens', () => {
  fc.assert(
    fc.property(layer, layer, (first, second) => {
      assertNotLooser(made([first, second]), made([first]));
    }),
    { numRuns: 60 },
  );
});

test('an exemption changes what its own rule says, towards what is said without the rule, and nothing else', () => {
  fc.assert(
    fc.property(layers, exemptible, (all, [bare, unless]) => {
      const without = made(all);
      const whole = made(withRules(all, (rules) => [...rules, bare]));
      const exempted = made(withRules(all, (rules) => [...rules, { ...bare, unless: [unless] }]));
      const [strict, loose] = 'allow' in bare ? [without, whole] : [whole, without];
      assertNotLooser(strict, exempted);
      assertNotLooser(exempted, loose);
    }),
    { numRuns: 200 },
  );
});

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

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatProblem, loadPolicy, type Policy } from '../../src/policy/parse.ts';
import { compilePattern, hostNames, plainNames } from '../../src/policy/pattern.ts';
import { call, decisionOn, judge, load, sql, text, yamlOf } from './actions.ts';

/** The largest file that is read, in characters. */
const maximum = 1_048_576;

/** A policy of lines, as many as fit. */
function filled(head: string, line: (index: number) => string): string {
  const parts = [head];
  for (let length = head.length, index = 0; ; index++) {
    const next = line(index);
    length += next.length;
    if (length > maximum) return parts.join('');
    parts.push(next);
  }
}

function problems(yaml: string): string[] {
  const loaded = loadPolicy([text(yaml)]);
  return loaded.ok ? [] : loaded.problems.map(formatProblem);
}

function decision(policy: Policy, statement: string): string {
  return judge(policy, sql(statement)).decision;
}

test('a policy of a megabyte is read, and each of its rules is obeyed', () => {
  const rule = (index: number) =>
    `  - { id: r${index}, on: { sql: { operation: delete, table: t${index} } }, deny: { reason: x } }\n`;
  const yaml = filled(yamlOf(''), rule);
  const policy = load(text(yaml));
  const count = policy.layers[0]?.rules.length ?? 0;
  assert.ok(count > 5000, `${count}`);
  assert.equal(decision(policy, 'delete from t0'), 'deny');
  assert.equal(decision(policy, `delete from t${count - 1}`), 'deny');
  assert.equal(decision(policy, `delete from t${count}`), 'allow');
});

test('one character beyond a megabyte is too large', () => {
  const fits = `version: 1\ndefault: allow\n#`.padEnd(maximum, 'x');
  assert.deepEqual(problems(fits), []);
  assert.deepEqual(problems(`${fits}x`), [
    'jit.yml:1:1  the file has 1048577 characters  (allowed: at most 1048576)',
  ]);
});

test('five thousand rules without pattern signs, with them and with CEL are all obeyed', () => {
  const lines = Array.from({ length: 5000 }, (_, index) => {
    const on = [`table: t${index}`, `table: "p${index}_*"`, `table: "*_s${index}"`, 'table: "x?y"'][
      index % 4
    ];
    const when = on === 'table: "x?y"' ? `, when: "action.predicate == 'a = ${index}'"` : '';
    return `  - { id: r${index}, on: { sql: { ${on} } }${when}, hold: { reason: x } }`;
  });
  const policy = load(text(yamlOf(lines.join('\n'))));
  for (const table of ['t4996', 'p4997_log', 'a_s4998']) {
    assert.equal(decision(policy, `delete from ${table}`), 'hold', table);
  }
  assert.equal(decision(policy, 'delete from xyy where a = 4999'), 'hold');
  assert.equal(decision(policy, 'delete from xyy where a = 4998'), 'allow');
  assert.equal(judge(policy, sql('delete from t0')).trace.length, 5001, 'the trace tells of every rule');
});

test('a megabyte of unknown keys, of one key, or of faulty rules is answered with the first problems', () => {
  const head = 'version: 1\ndefault: allow\n';
  const keys = problems(filled(head, (index) => `k${index}: 1\n`));
  assert.ok(keys.length > 0 && keys.length <= 101);
  assert.match(keys[0] ?? '', /^jit\.yml:3:1 {2}unknown key "k0"/);
  assert.match(problems(filled(head, () => 'k: 1\n'))[0] ?? '', /^jit\.yml:4:1 {2}this key stands twice/);
  const rules = problems(
    filled(`${head}rules:\n`, (index) => `  - { id: r${index}, on: { sql: { tabel: x } } }\n`),
  );
  assert.ok(rules.length <= 101);
  assert.match(rules.at(-1) ?? '', /more problems from here on are not listed/);
});

test('lists, names and aliases that fill a file are answered too', () => {
  const rule = (rest: string) =>
    `version: 1\ndefault: allow\nrules:\n  - { id: a, on: ${rest}, deny: { reason: x } }\n`;
  assert.match(problems(rule(`{ sql: { table: [${'1,'.repeat(300_000)}] } }`))[0] ?? '', /is a number/);
  assert.match(
    problems(rule(`{ sql: {} }, unless: [${'1,'.repeat(300_000)}]`))[0] ?? '',
    /unless" is not of an/,
  );
  const targets = Array.from(
    { length: 2000 },
    (_, index) => `  the-target-number-${index}: { http: { host: x } }\n`,
  );
  const rules = Array.from(
    { length: 5000 },
    (_, index) => `  - { id: r${index}, on: { http: { target: zzzz${index} } }, deny: { reason: x } }\n`,
  );
  const unknown = problems(
    `version: 1\ndefault: allow\ntargets:\n${targets.join('')}rules:\n${rules.join('')}`,
  );
  assert.match(unknown[0] ?? '', /no target is named "zzzz0"/);
  const pairs = Array.from({ length: 20_000 }, (_, index) => `  - &a${index} x\n  - *a${index}\n`).join('');
  for (const list of [pairs, `  - &a x\n${'  - *a\n'.repeat(100_000)}`]) {
    const answer = problems(`version: 1\ndefault: allow\nworkflows:\n${list}`);
    assert.match(answer[0] ?? '', /the aliases from here on stand for too many values/);
  }
});

test('however deep a file is nested, the answer is a problem', () => {
  for (const depth of [100, 1000, 3000, 30_000, 300_000]) {
    for (const [open, close] of [
      ['[', ']'],
      ['{a: ', '}'],
    ] as const) {
      const yaml = `version: 1\ndefault: allow\nworkflows: ${open.repeat(depth)}${close.repeat(depth)}`;
      assert.ok(problems(yaml.slice(0, maximum)).length > 0, `${open} ${depth}`);
    }
  }
});

test('patterns that backtrack elsewhere take no longer than others', () => {
  const text = 'a'.repeat(100_000);
  // with a backtracking engine neither of these ends
  assert.equal(compilePattern(`${'*a'.repeat(50)}b`, plainNames)(text), false);
  assert.equal(compilePattern(`${'{a,aa}'.repeat(50)}*b`, hostNames)(text), false);
  const rules = (when: string) => `  - { id: r, on: { call: {} }, when: '${when}', deny: { reason: x } }`;
  for (const pattern of ['^(a+)+$', '(a|aa)+b', '(.*a){20}b', '((a*)*)*b']) {
    const policy = load(text1(rules(`regex(action.params, "${pattern}")`)));
    const expected = pattern === '^(a+)+$' ? 'deny' : 'allow';
    assert.equal(judge(policy, call('x', text)).decision, expected, pattern);
    assert.equal(judge(policy, call('x', `${'a'.repeat(40)}!`)).decision, 'allow', pattern);
  }
});

function text1(rules: string) {
  return text(yamlOf(rules));
}

test('macros are at most two deep over at most a thousand elements: beyond that unknown, which holds', () => {
  const rule = (when: string) => `  - { id: r, on: { call: {} }, when: '${when}', deny: { reason: x } }`;
  const twice = load(text(yamlOf(rule('action.params.exists(a, action.params.exists(b, a + b == "xy"))'))));
  const list = (length: number) => Array.from({ length }, () => 'x');
  assert.equal(judge(twice, call('x', list(1000))).decision, 'allow');
  assert.equal(judge(twice, call('x', list(1001))).decision, 'hold');
  assert.equal(
    decisionOn(
      '  - { id: r, on: { sql: {} }, when: "[1, 2].all(a, a > 0)", deny: { reason: x } }',
      'select 1',
    ),
    'deny',
  );
});

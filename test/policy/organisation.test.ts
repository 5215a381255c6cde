import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { loadPolicy, type PolicyText } from '../../src/policy/parse.ts';
import { judge, load, sql, text, yamlOf } from './actions.ts';

const organisation = (yaml: string): PolicyText => ({
  text: yaml,
  source: {
    from: 'organisation',
    branch: 'main',
    file: 'acme/.github:jit-approval.yml',
    commit: null,
    blob: '1'.repeat(40),
  },
});

const extended = (yaml: string, file = 'policy/common.yml'): PolicyText => ({
  text: yaml,
  source: { ...text('').source, file },
  extended: true,
});

const noDrops = `version: 1
default: allow
rules:
  - id: drops
    on: { sql: { operation: drop, target: production } }
    deny: { reason: Nobody drops }
`;

function messages(...texts: PolicyText[]): string[] {
  const loaded = loadPolicy(texts);
  return loaded.ok ? [] : loaded.problems.map(({ file, line, message }) => `${file}:${line} ${message}`);
}

suite("an organisation's policy", () => {
  const drops = noDrops.replace(', target: production', '');

  test("is united with the repository's, and neither allow rules nor `unless` loosen it", () => {
    const allowing = text(yamlOf('  - { id: drops, on: { sql: { operation: drop } }, allow: {} }'));
    assert.equal(judge(load(allowing), sql('DROP TABLE t')).decision, 'allow');
    assert.equal(judge(load(allowing, organisation(drops)), sql('DROP TABLE t')).decision, 'deny');
  });

  test("does not loosen the repository's own rules either", () => {
    const denying = text(yamlOf('  - { id: d, on: { sql: { operation: delete } }, deny: { reason: no } }'));
    const lax = organisation('version: 1\ndefault: allow\nrules: [{ id: d, on: { sql: {} }, allow: {} }]\n');
    assert.equal(judge(load(denying, lax), sql('DELETE FROM t')).decision, 'deny');
  });

  test('may name targets that a repository does not have', () => {
    assert.deepEqual(messages(text(yamlOf('  []')), organisation(noDrops)), []);
  });

  test('decides which App may release, adds workflows, and blocks what was not reported', () => {
    const own = text('version: 1\napp: 7\nworkflows: [a.yml]\ndefault: allow\n');
    const policy = load(
      own,
      organisation('version: 1\napp: 42\nworkflows: [b.yml]\nunreported: block\ndefault: allow\n'),
    );
    assert.deepEqual([policy.app, policy.workflows, policy.unreported], [42, ['a.yml', 'b.yml'], 'block']);
  });

  test('has its schemas read from its own repository', () => {
    const checking = organisation(
      'version: 1\ndefault: allow\nrules: [{ id: c, on: { sql: { operation: insert } }, check: [{ schema: user.json }] }]\n',
    );
    const { checks } = judge(load(text(yamlOf('  []')), checking), sql('INSERT INTO users (id) VALUES (1)'));
    assert.deepEqual(
      checks.map(({ check }) => check),
      [{ type: 'schema', file: 'acme/.github:user.json' }],
    );
  });

  test('has its scripts read from its own repository too', () => {
    const checking = organisation(
      'version: 1\ndefault: allow\nrules: [{ id: c, on: { sql: { operation: insert } }, check: [{ script: a.mjs }, { script: { file: b.mjs } }] }]\n',
    );
    const { checks } = judge(load(text(yamlOf('  []')), checking), sql('INSERT INTO users (id) VALUES (1)'));
    assert.deepEqual(
      checks.map(({ check }) => check.type === 'script' && check.file),
      ['acme/.github:a.mjs', 'acme/.github:b.mjs'],
    );
  });

  test('that is required and not there stops the run, and so does a broken one', () => {
    const own = text('version: 1\norganisation: required\ndefault: allow\n');
    assert.match(
      messages(own).join(),
      /^jit\.yml:2 the organisation's policy is required and could not be read/,
    );
    assert.deepEqual(messages(own, organisation(noDrops)), []);
    assert.match(
      messages(own, organisation('version: 1\n')).join(),
      /^acme\/\.github:jit-approval\.yml:1 "default" is missing/,
    );
  });

  test('cannot start a suite, and cannot extend', () => {
    const met = messages(
      text(yamlOf('  []')),
      organisation('version: 1\nextends: x.yml\nsuite: { steps: [{ id: a, run: b }] }\ndefault: allow\n'),
    );
    assert.match(met.join('\n'), /cannot extend another file/);
    assert.match(met.join('\n'), /"suite" cannot stand in an organisation's policy/);
  });
});

suite('extends', () => {
  const main = (rest = '') => text(`version: 1\nextends: policy/common.yml\ndefault: allow\n${rest}`);
  const common = `version: 1
default: allow
targets: { staging-db: { postgres: { env: DATABASE_URL } } }
rules:
  - id: deletes
    on: { sql: { operation: delete, target: staging-db } }
    hold: { reason: Deletes rows }
`;

  test('brings the rules and targets of the other file', () => {
    const policy = load(main(), extended(common));
    assert.deepEqual(Object.keys(policy.targets), ['staging-db']);
    assert.equal(judge(policy, sql('DELETE FROM t')).decision, 'hold');
  });

  test('lets rules of either file name targets of the other', () => {
    const rule =
      'rules:\n  - { id: x, on: { sql: { target: staging-db, operation: drop } }, deny: { reason: no } }\n';
    assert.equal(judge(load(main(rule), extended(common)), sql('DROP TABLE t')).decision, 'deny');
  });

  test('refuses recursion, files of another place, what was not read, and what is missing', () => {
    assert.match(
      messages(main(), extended(`extends: jit.yml\n${common}`)).join(),
      /common\.yml:1 an extended file cannot extend/,
    );
    assert.match(messages(main()).join(), /^jit\.yml:2 policy\/common\.yml was not read/);
    for (const bad of ['../x.yml', '/etc/x.yml', 'a/../../x.yml', 'acme/.github:x.yml', 'x.json']) {
      assert.equal(messages(text(`version: 1\nextends: ${bad}\ndefault: allow\n`)).length, 1, bad);
    }
    const missing = { ...extended(''), missing: 'it does not exist' };
    assert.match(messages(main(), missing).join(), /^policy\/common\.yml:1 it does not exist/);
  });

  test('leaves what is said of the whole run to the main file', () => {
    assert.match(
      messages(main(), extended(`app: 7\n${common}`)).join(),
      /"app" cannot stand in an extended file/,
    );
  });

  test('leaves the mode to the main file', () => {
    assert.equal(load(main('mode: record\n'), extended(common)).mode, 'record');
    assert.match(
      messages(main(), extended(`mode: record\n${common}`)).join(),
      /"mode" cannot stand in an extended file/,
    );
  });

  test('also by the organisation is loosened by nothing that is extended', () => {
    const lax = extended('version: 1\ndefault: allow\nrules: [{ id: a, on: { sql: {} }, allow: {} }]\n');
    const strict = organisation(noDrops.replace(', target: production', ''));
    assert.equal(judge(load(main(), lax, strict), sql('DROP TABLE t')).decision, 'deny');
  });
});

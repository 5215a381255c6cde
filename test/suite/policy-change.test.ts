import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, test } from 'node:test';
import { proposedPolicy } from '../../src/action/head-policy.ts';
import type { JobContext } from '../../src/action/job-context.ts';
import { reportFact } from '../../src/app/report-fact.ts';
import { loadPolicy } from '../../src/policy/parse.ts';
import type { Facts } from '../../src/policy/verdict.ts';
import { policyChangeSchema } from '../../src/report/policy-change.ts';
import { jobSummary } from '../../src/report/summary.ts';
import { PolicyComparison } from '../../src/suite/policy-change.ts';
import { judge, load, run, sql, text, yamlOf } from '../policy/actions.ts';
import { report } from '../report/sample.ts';

const base = '  - { id: deletes, on: { sql: { operation: delete } }, hold: { reason: Deletes } }';

/** What a run of these statements says of a pull request that brings `proposed`. */
function compare(proposed: string, statements: readonly string[], facts: Facts = {}) {
  const judging = load(text(yamlOf(base)));
  const loaded = loadPolicy([text(proposed)]);
  const comparison = new PolicyComparison({
    judging,
    proposed: loaded,
    file: 'jit.yml',
    secrets: ['hunter2x9'],
  });
  for (const statement of statements) {
    const action = sql(statement);
    comparison.add({ action, run, verdict: judge(judging, action), facts, id: null });
  }
  return policyChangeSchema.parse(comparison.result());
}

describe("a pull request that edits the policy is judged by the base's", () => {
  test('the report lists what the new one would decide differently, each kind once', () => {
    const found = compare(yamlOf('  []'), [
      'DELETE FROM a WHERE id = 1',
      'DELETE FROM a WHERE id = 2',
      'SELECT 1',
    ]);
    assert.deepEqual([found.compared, found.different, found.unknown, found.changes.length], [3, 2, 0, 1]);
    const [first] = found.changes;
    assert.deepEqual(
      [first?.was, first?.becomes, first?.count, first?.rules],
      ['hold', 'allow', 2, ['deletes']],
    );
  });

  test('what gets looser stands first', () => {
    const stricter = '  - { id: reads, on: { sql: { operation: select } }, deny: { reason: Reads } }';
    const found = compare(yamlOf(stricter), ['SELECT 1', 'SELECT 1', 'DELETE FROM a']);
    assert.deepEqual(
      found.changes.map(({ was, becomes }) => [was, becomes]),
      [
        ['hold', 'allow'],
        ['allow', 'deny'],
      ],
    );
  });

  test('fewer approvals are a difference although both hold it', () => {
    const lax = base.replace('reason: Deletes', 'reason: Deletes, approvals: { from: { role: triage } }');
    const [first] = compare(yamlOf(lax), ['DELETE FROM a']).changes;
    assert.match(first?.approvals?.was ?? '', /role maintain/);
    assert.match(first?.approvals?.becomes ?? '', /role triage/);
  });

  test('a new mode is said', () => {
    const found = compare(yamlOf(base).replace('default:', 'mode: record\ndefault:'), ['SELECT 1']);
    assert.deepEqual(found.mode, { was: 'enforce', becomes: 'record' });
  });

  test('what it says of the run as a whole is said: the guard, who releases, what is thrown away', () => {
    const settings = 'app: 7\nworkflows: [a.yml]\nguards: { target-identity: true }\ndefault:';
    const proposed = yamlOf(base)
      .replace('default:', settings)
      .replace('disposable: false', 'disposable: true');
    const found = compare(proposed, ['SELECT 1']);
    assert.deepEqual(
      found.settings.map(({ key, was, becomes }) => [key, was, becomes]),
      [
        ['disposable targets', 'none', 'staging-db'],
        ['app', 'none', '7'],
        ['workflows', 'none', 'a.yml'],
        ['guards.target-identity', 'off', 'on'],
      ],
    );
  });

  test('what needs a name that nobody resolved, or a check that did not run, is counted as not told', () => {
    const exempt = base.replace('hold:', 'unless: [{ sql: { table: public.a } }], hold:');
    assert.equal(compare(yamlOf(exempt), ['DELETE FROM a']).unknown, 1);
    const relations = { relations: { known: true, value: [{ schema: 'public', name: 'a' }] } } as const;
    assert.equal(compare(yamlOf(exempt), ['DELETE FROM a'], relations).changes[0]?.becomes, 'allow');
    const checks = '  - { id: c, on: { sql: {} }, check: [{ schema: x.json }] }';
    assert.equal(compare(yamlOf(checks), ['SELECT 1']).unknown, 1);
  });

  test('one that cannot be used is said with its first problem', () => {
    const found = compare('version: 1\ndefualt: allow\n', ['SELECT 1']);
    assert.match(found.problems.join('\n'), /unknown key "defualt"/);
    assert.equal(found.compared, 0);
  });

  test('the list is bounded, and holds no value', () => {
    const statements = Array.from(
      { length: 150 },
      (_, index) => `DELETE FROM t${index} WHERE a = 'hunter2x9'`,
    );
    const found = compare(yamlOf('  []'), statements);
    assert.deepEqual([found.different, found.changes.length], [150, 100]);
    assert.doesNotMatch(JSON.stringify(found), /hunter2/);
  });
});

describe('where it is shown', () => {
  const policyChange = compare(yamlOf('  []'), ['DELETE FROM a WHERE id = 1']);

  test('the job summary and the notices of the comment have it', () => {
    const own = report({ policyChange, flagged: [] });
    assert.match(jobSummary(own), /\*\*Policy change\*\*[\s\S]*1 of 1 runtime actions differently/);
    assert.match(jobSummary(own), /allowed instead of held/);
    const { run: of } = own;
    const truth = {
      repository: 'acme/shop',
      pullRequest: 7,
      base: 'main',
      head: 'c'.repeat(40),
      runId: 4711,
      job: of.job,
      attempt: 1,
      runAttempt: 1,
      artifactId: 1,
      policyBlobs: ['e'.repeat(40)],
      rules: [],
    };
    const fact = reportFact(truth, own, '2026-01-01T00:00:00Z');
    assert.equal(fact.invalid, null);
    assert.match(fact.notices.join('\n'), /changes jit\.yml[\s\S]*allowed instead of held/);
  });
});

describe('whether a pull request changes the policy', () => {
  const file = '.github/jit-approval.yml';
  const made: string[] = [];
  afterEach(() => {
    for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
  const makeFolder = (prefix: string): string => {
    const folder = mkdtempSync(path.join(tmpdir(), prefix));
    made.push(folder);
    return folder;
  };
  const of = (content: string | null, pullRequest: number | null = 7): JobContext => {
    const workspace = makeFolder('jit-proposed-');
    mkdirSync(path.join(workspace, '.github'));
    if (content !== null) writeFileSync(path.join(workspace, file), content);
    return {
      run: { ...report().run, pullRequest },
      author: null,
      labels: null,
      headBranch: null,
      inherits: null,
      policyBranch: 'main',
      headRepository: null,
      workspace,
    };
  };
  const judging = (content: string, from: 'base' | 'default' | 'head' = 'base') => {
    const { source } = text(content, from);
    return { text: content, source: { ...source, file } };
  };

  test('the same text, a push, or a policy that comes from the head itself is no change', async () => {
    assert.equal(await proposedPolicy(of(yamlOf(base)), [judging(yamlOf(base))]), null);
    assert.equal(await proposedPolicy(of(yamlOf('  []'), null), [judging(yamlOf(base))]), null);
    assert.equal(await proposedPolicy(of(yamlOf('  []')), [judging(yamlOf(base), 'head')]), null);
  });

  test("another text is united with the default branch's, as after the merge", async () => {
    const texts = [judging(yamlOf('  []')), judging(yamlOf(base), 'default')];
    const found = await proposedPolicy(of(yamlOf('  []', 'hold')), texts);
    assert.ok(found?.loaded.ok);
    assert.deepEqual(
      found.loaded.policy.layers.map((layer) => [layer.default, layer.rules.length]),
      [
        ['hold', 0],
        ['allow', 1],
      ],
    );
  });

  test('a file that it extends is read from the pull request too', async () => {
    const rules = 'version: 1\ndefault: allow\nrules:\n';
    const main = yamlOf('  []').replace('default:', 'extends: .github/rules.yml\ndefault:');
    const { source } = text(rules, 'base');
    const judged = [
      judging(main),
      { text: rules + base, source: { ...source, file: '.github/rules.yml' }, extended: true as const },
    ];
    const context = of(main);
    writeFileSync(path.join(context.workspace, '.github/rules.yml'), rules + base);
    assert.equal(await proposedPolicy(context, judged), null);
    writeFileSync(path.join(context.workspace, '.github/rules.yml'), `${rules}  []\n`);
    const found = await proposedPolicy(context, judged);
    assert.ok(found?.loaded.ok);
    assert.deepEqual(
      found.loaded.policy.layers.map((layer) => layer.rules.length),
      [0, 0],
    );
    rmSync(path.join(context.workspace, '.github/rules.yml'));
    const gone = await proposedPolicy(context, judged);
    assert.ok(gone !== null && !gone.loaded.ok);
    assert.match(gone.loaded.problems[0]?.message ?? '', /this commit does not have it/);
  });

  test('a link to a file elsewhere on the machine is no policy of the pull request', async () => {
    const elsewhere = path.join(makeFolder('jit-elsewhere-'), 'secrets.yml');
    writeFileSync(elsewhere, 'token: hunter2x9\n');
    const context = of(null);
    symlinkSync(elsewhere, path.join(context.workspace, file));
    const found = await proposedPolicy(context, [judging(yamlOf(base))]);
    assert.ok(found !== null && !found.loaded.ok);
    assert.doesNotMatch(JSON.stringify(found.loaded.problems), /token|hunter2/);
  });

  test('one that is taken away is a problem, not a silence', async () => {
    const found = await proposedPolicy(of(null), [judging(yamlOf(base))]);
    assert.ok(found !== null && !found.loaded.ok);
    assert.match(found.loaded.problems[0]?.message ?? '', /takes the policy away/);
  });
});

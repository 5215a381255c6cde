import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Known } from '../../src/policy/action.ts';
import { decide } from '../../src/policy/decide.ts';
import { createJudge } from '../../src/suite/judge.ts';
import { Recorder } from '../../src/suite/recorder.ts';
import { call, command, policy, run } from './actions.ts';

type Files = Known<readonly string[]>;

const migrations = policy(`
  - id: migrations
    on: { command: {} }
    when: "run.changedFiles.exists(file, file.startsWith('db/'))"
    hold: { reason: The pull request changes the schema }
  - id: mail
    on: { call: {} }
    when: "['a'].exists(word, word == action.name)"
    deny: { reason: No }`);
const files = (...paths: string[]): Files => ({ known: true, value: paths });

const decision = (changedFiles?: Files, action = command('deploy')) => {
  const facts = changedFiles === undefined ? {} : { changedFiles };
  const result = decide({ policy: migrations, action, run, facts });
  return result.kind === 'verdict' ? result.verdict.decision : result.facts.join();
};

test('the changed files are asked for only where a rule comes to read them', () => {
  assert.equal(decision(), 'changedFiles');
  assert.equal(decision(files('src/a.ts')), 'allow');
  assert.equal(decision(files('src/a.ts', 'db/1.sql')), 'hold');
  const result = decide({ policy: migrations, action: call('b', null), run, facts: {} });
  assert.equal(result.kind, 'verdict');
});

test('files that nobody knows, or that are too many for a macro, hold what reads them and nothing else', () => {
  assert.equal(decision({ known: false, why: 'they could not be read' }), 'hold');
  const many = files(...Array.from({ length: 1001 }, (_, index) => `src/${index}.ts`));
  assert.equal(decision(many), 'hold');
  const other = decide({ policy: migrations, action: call('b', null), run, facts: { changedFiles: many } });
  assert.ok(other.kind === 'verdict' && other.verdict.decision === 'allow');
  const listed = policy(
    `  - { id: l, on: { command: {} }, when: "'src/1000.ts' in run.changedFiles", deny: { reason: x } }`,
  );
  const found = decide({ policy: listed, action: command('x'), run, facts: { changedFiles: many } });
  assert.ok(found.kind === 'verdict' && found.verdict.decision === 'deny');
});

test('the judge asks for them, in rules and in checks, and says why where it cannot', async () => {
  let asked = 0;
  const judged = async (rules: string, changedFiles?: Files) => {
    const judge = createJudge({
      policy: policy(rules),
      grants: { find: async () => ({ kind: 'none', problem: null }) },
      recorder: new Recorder(),
      run: () => run,
      readFile: async () => ({ known: false, why: 'there is none' }),
      secrets: [],
      now: () => 0,
      approveHint: (id) => `/approve ${id}`,
      onFlagged: () => {},
      ...(changedFiles !== undefined && {
        changedFiles: async () => {
          asked += 1;
          return changedFiles;
        },
      }),
    });
    const ruling = await judge.judge(command('deploy'), null);
    return ruling.outcome === 'allow' ? 'allow' : `${ruling.outcome} ${ruling.detail}`;
  };
  const rule = `  - { id: r, on: { command: {} }, when: "'a.ts' in run.changedFiles", deny: { reason: x } }`;
  const check = `  - { id: c, on: { command: {} }, check: [ { expression: "!('a.ts' in run.changedFiles)" } ] }`;
  assert.match(await judged(rule, files('a.ts')), /^denied/);
  assert.equal(await judged(rule, files('b.ts')), 'allow');
  assert.match(await judged(check, files('a.ts')), /^denied/);
  assert.equal(await judged(check, files('b.ts')), 'allow');
  assert.equal(asked, 4);
  assert.match(await judged(rule), /^held .*run\.changedFiles is not known: there is no pull request here/);
  assert.equal(await judged('  - { id: r, on: { call: {} }, deny: { reason: x } }', files()), 'allow');
  assert.equal(asked, 4);
});

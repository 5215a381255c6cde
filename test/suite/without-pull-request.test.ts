import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Found } from '../../src/approval/grant.ts';
import { createJudge } from '../../src/suite/judge.ts';
import { Recorder } from '../../src/suite/recorder.ts';
import { load, run, sql, text, yamlOf } from '../policy/actions.ts';

const rules = '  - { id: deletes, on: { sql: { operation: delete } }, hold: { reason: Deletes rows } }';
type Word = 'hold' | 'deny' | 'allow';

/** Judges one DELETE that a rule holds, in a run without a pull request. */
async function judged(withoutPullRequest: Word, found: Found) {
  const recorder = new Recorder();
  const judge = createJudge({
    policy: load(text(yamlOf(rules))),
    grants: { find: async () => found },
    withoutPullRequest,
    recorder,
    run: () => run,
    readFile: async () => ({ known: false, why: 'no file' }),
    secrets: [],
    now: () => 0,
    approveHint: () => '',
    onFlagged: () => undefined,
  });
  const ruling = await judge.judge(sql('DELETE FROM users'), null);
  ruling.settle(ruling.outcome === 'allow' ? 'completed' : 'refused');
  return { ruling: ruling.outcome, report: recorder.results() };
}

const nobody: Found = { kind: 'none', problem: null };

for (const [word, ruling, outcome] of [
  ['hold', 'held', 'held'],
  ['deny', 'denied', 'denied'],
  ['allow', 'allow', 'unapproved'],
] as const) {
  test(`without-pull-request: ${word} makes a hold that nobody decided ${outcome}`, async () => {
    const seen = await judged(word, nobody);
    assert.equal(seen.ruling, ruling);
    assert.deepEqual(
      seen.report.flagged.map((entry) => entry.outcome),
      [outcome],
    );
  });

  test(`under without-pull-request: ${word} a person's denial stands`, async () => {
    assert.equal((await judged(word, { kind: 'denied', by: 'grace' })).ruling, 'denied');
  });

  test(`under without-pull-request: ${word} a pull request's approval is inherited as such`, async () => {
    const binds = 'a'.repeat(64);
    const grant = {
      fingerprint: binds,
      id: 'x',
      binds,
      varying: [],
      uses: null,
      expires: null,
      by: ['grace'],
    };
    const { ruling, report } = await judged(word, { kind: 'granted', grant, giveBack: () => undefined });
    assert.equal(ruling, 'allow');
    assert.equal(report.flagged[0]?.outcome, 'granted');
  });
}

test('what could not be read is told in every case', async () => {
  for (const word of ['hold', 'deny', 'allow'] as const) {
    const { report } = await judged(word, { kind: 'none', problem: 'needs `checks: read`' });
    assert.ok(report.notices.includes('needs `checks: read`'), word);
  }
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { finished, gate, heldChecks, openPull, reportOf } from '../../src/sandbox/demo/scenes.ts';
import { appId, openStage } from '../../src/sandbox/demo/stage.ts';
import { until } from '../../src/sandbox/demo/until.ts';
import type { Pull } from '../../src/sandbox/model.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';

const policyFile = '.github/jit-approval.yml';
const own = readFileSync(path.resolve(import.meta.dirname, '../../examples/shop', policyFile), 'utf8');

/** Without the signs that keep foreign text from meaning anything. */
function plain(markdown: string): string {
  return markdown.replaceAll(/[\\`\u200b\u2060]/g, '');
}

/** Where people look: the job's summary, the App's comment, and its gate check. */
async function shown(sandbox: Sandbox, pull: Pull, attempt: number) {
  const run = await finished(sandbox, attempt);
  const comment = await until('the App comments', () =>
    sandbox.read.comments(pull).find((entry) => entry.app?.id === appId && /changes/.test(entry.body)),
  );
  const check = await until('the gate says so', () => {
    const found = gate(sandbox, pull);
    return found?.summary?.includes('changes') === true ? found : null;
  });
  const job = run.attempts.find((entry) => entry.number === attempt)?.jobs[0];
  const summary = job?.summaries.join('\n') ?? '';
  const texts = [
    ['the summary', summary],
    ['the comment', comment.body],
    ['the gate', check.summary ?? ''],
  ] as const;
  return { report: reportOf(sandbox, run, attempt), texts };
}

test("a pull request that edits the policy is judged by the base's; summary, comment and gate say what its own would let pass", async () => {
  await using stage = await openStage();
  const { sandbox } = stage;
  const lax = own
    .replace('int(action.body.amount) > 10000', 'int(action.body.amount) > 1000000')
    .replace(
      '    hold: { reason: Deletes',
      '    hold: { approvals: { from: { role: triage } }, reason: Deletes',
    );
  assert.notEqual(lax, own);
  const pull = await openPull(sandbox, { [policyFile]: lax });
  const { report, texts } = await shown(sandbox, pull, 1);
  assert.equal(report.result, 'held');
  assert.equal(heldChecks(sandbox, pull).length, 2);
  assert.deepEqual(
    report.policyChange?.changes.map(({ kind, was, becomes }) => [kind, was, becomes]),
    [
      ['http', 'hold', 'allow'],
      ['sql', 'hold', 'hold'],
    ],
  );
  for (const [where, text] of texts) {
    const words = plain(text);
    assert.match(
      words,
      /This pull request changes \.github\/jit-approval\.yml\. The base's policy judged/,
      where,
    );
    assert.match(words, /allowed instead of held \(no longer by large-charges\)/, where);
    assert.match(words, /role triage, .* instead of 1 approval of role maintain/, where);
  }
});

test('what a policy of the pull request says in its mistakes does nothing where it is shown', async () => {
  await using stage = await openStage();
  const { sandbox } = stage;
  const hostile = '"@acme/all ![x](http://evil.test/x.png) <img src=x> [ok](javascript:1)"';
  const pull = await openPull(sandbox, { [policyFile]: `${own}${hostile}: 1\n` });
  const { report, texts } = await shown(sandbox, pull, 1);
  assert.equal(report.result, 'held');
  assert.match(report.policyChange?.problems[0] ?? '', /@acme\/all/);
  for (const [where, text] of texts) {
    assert.match(plain(text), /the new one cannot be used/, where);
    // our own links, to GitHub's editor and to the report, are links on purpose
    const foreign = text
      .replaceAll(`[edit the file](${sandbox.url}/acme/shop/edit/`, '')
      .replaceAll(`[The whole report](${sandbox.url}/acme/shop/actions/runs/`, '');
    assert.doesNotMatch(foreign, /(?<!\\)<img|(?<!\\)!\[|(?<![\\\w])@acme|(?<!\\)\]\(/, where);
  }
});

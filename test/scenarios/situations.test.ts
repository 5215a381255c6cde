import assert from 'node:assert/strict';
import path from 'node:path';
import { suite, test } from 'node:test';
import type { CheckRun } from '../../src/sandbox/run-model.ts';
import { type Played, situations } from '../app/help/situations.ts';
import { repository } from '../app/help/stage.ts';

/**
 * Every word that people read on a pull request, in each situation, as a file to be read:
 * `node --test --test-update-snapshots` writes them anew.
 */
function words({ stage, pull }: Played): string {
  const checks = stage.sandbox.read
    .checks(repository, pull.head.sha)
    .filter((check) => check.suite.app.id === stage.appId)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const comments = stage.sandbox.read.comments(pull).map((comment) => {
    const fate = comment.minimized === null ? '' : ` (folded away: ${comment.minimized.toLowerCase()})`;
    const face = comment.reactions.map(({ content }) => ` [${content}]`).join('');
    return `## ${comment.author.login} comments${fate}${face}\n\n${comment.body}`;
  });
  const gate = checks.filter((check) => check.name.startsWith('JIT approval: '));
  const holds = checks.filter((check) => check.name.startsWith('JIT approval / '));
  const list = checks.map((check) => `- ${check.name}: ${check.conclusion ?? check.status}, ${check.title}`);
  return [
    ...comments,
    ['## Checks', '', ...list].join('\n'),
    ...gate.map(inFull),
    ...holds.slice(0, 1).map(inFull),
  ].join('\n\n----\n\n');
}

function inFull(check: CheckRun): string {
  const buttons = check.actions.map(({ label }) => `[${label}]`).join(' ');
  return [`## ${check.name}`, check.title, buttons, check.summary].filter(Boolean).join('\n\n');
}

/** What no two plays have in common: commits, and what is derived from them or counted by the sandbox. */
function steady(text: string): string {
  return `${text}\n`
    .replace(/\/approve all [0-9a-z]{8}(?=`)/g, '/approve all SETID')
    .replace(/#issuecomment-\d+/g, '#issuecomment-N');
}

suite('what people read', () => {
  for (const situation of situations) {
    test(situation.title, async (t) => {
      await using played = await situation.play();
      assert.deepEqual(played.stage.sandbox.violations, []);
      t.assert.fileSnapshot(
        `# ${situation.title}\n\n${steady(words(played))}`,
        path.join(import.meta.dirname, 'expected', `${situation.name}.md`),
        { serializers: [(given: unknown) => String(given)] },
      );
    });
  }
});

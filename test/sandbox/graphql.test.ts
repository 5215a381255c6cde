import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { appGitHub } from '../../src/github/octokit.ts';
import { octokitFor, scene } from './help/scene.ts';

async function conversation() {
  const stage = await scene();
  const { act } = stage.sandbox;
  await act.push('acme/shop', 'wanda', { branch: 'feature', from: 'main', files: { 'a.ts': 'a' } });
  const pull = await act.openPull('acme/shop', 'wanda', { head: 'feature', title: 'Change' });
  const github = appGitHub(stage.octokit);
  const first = async () => {
    const [found] = await github.comments('acme/shop', pull.number);
    assert.ok(found);
    return found;
  };
  await github.createComment('acme/shop', pull.number, 'What waits: one');
  return { stage, pull, github, first };
}

suite('GraphQL: minimizeComment', () => {
  test('folds a comment away: REST says so, and the page shows one line that opens it', async () => {
    const { stage, pull, github, first } = await conversation();
    await using _ = stage;
    assert.equal((await first()).minimised, false);
    assert.equal(await github.minimiseComment((await first()).nodeId), true);
    assert.equal((await first()).minimised, true);
    const page = await (await fetch(`${stage.sandbox.url}/acme/shop/pull/${pull.number}`)).text();
    assert.match(
      page,
      /<details class="minimized"><summary[^>]*>This comment was marked as outdated\.<\/summary><div class="body">/,
    );
    assert.deepEqual(stage.sandbox.violations, []);
  });

  test('is refused to who may not write there, for a comment that is gone, and with another query', async () => {
    const { stage, pull, github, first } = await conversation();
    await using _ = stage;
    const { nodeId } = await first();
    const rita = appGitHub(octokitFor(stage.sandbox, stage.sandbox.create.token('rita')));
    assert.equal(await rita.minimiseComment(nodeId), false);
    assert.equal((await first()).minimised, false);
    const [comment] = stage.sandbox.read.comments(pull);
    assert.ok(comment);
    stage.sandbox.act.deleteComment('alice', comment);
    assert.equal(await github.minimiseComment(nodeId), false);
    assert.deepEqual(stage.sandbox.violations, []);
    await assert.rejects(
      stage.octokit.graphql('query { viewer { login } }'),
      /understands minimizeComment and/,
    );
    assert.equal(stage.sandbox.violations.length, 1);
  });
});

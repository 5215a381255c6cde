import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Pull } from '../../src/sandbox/model.ts';
import { idOf, repository, type Stage, stage } from '../app/help/stage.ts';
import { octokitFor } from '../sandbox/help/scene.ts';

/** S5, S6, S7, S16: readers, authors, bots, and our own echo. */
suite('only people with the right decide', () => {
  let scene: Stage;
  let pull: Pull;
  let id: string;
  before(async () => {
    scene = await stage();
    pull = await scene.open();
    id = idOf(scene.del('7'));
  });
  after(() => scene[Symbol.asyncDispose]());

  const undecided = () => {
    assert.equal(scene.gate(pull)?.conclusion, 'action_required');
    assert.equal(scene.sandbox.read.runs(repository)[0]?.attempts.length, 1);
  };

  for (const [who, login, why] of [
    ['a reader', 'rita', /rita has role read; asked for: one person with role maintain or higher/],
    [
      "the pull request's author",
      'wanda',
      /wanda opened this pull request, and the author's approval does not count/,
    ],
    ['a member of the organisation with no role here', 'mallory', /mallory has /],
  ] as const) {
    test(`${who} is refused with one comment that says who may`, async () => {
      scene.sandbox.create.collaborator(repository, 'mallory', 'triage');
      const before = scene.ours(pull).length;
      const comment = scene.sandbox.act.comment(login, pull, `/approve ${id}`);
      await scene.settle();
      await scene.app.sweep();
      await scene.settle();
      undecided();
      assert.deepEqual(
        comment.reactions.map(({ content }) => content),
        ['confused'],
      );
      const answers = scene.ours(pull).slice(before);
      assert.equal(answers.length, 1);
      assert.match(answers[0]?.body ?? '', why);
      assert.match(answers[0]?.body ?? '', new RegExp(`^@${login}`));
    });
  }

  test('a reader who clicks Approve is refused in the same words', async () => {
    const check = scene.check(pull, `JIT approval / ${id}`);
    assert.ok(check);
    scene.sandbox.act.clickButton('rita', check.id, `approve:${id}`);
    await scene.settle();
    undecided();
    assert.match(scene.ours(pull).at(-1)?.body ?? '', /rita has role read/);
  });

  test('a reader cannot deny either, nor make anything run again', async () => {
    for (const command of [`/deny ${id}`, '/jit rerun']) {
      const comment = scene.sandbox.act.comment('rita', pull, command);
      await scene.settle();
      assert.equal(comment.reactions[0]?.content, 'confused', command);
    }
    undecided();
  });

  test('a role that was taken away before the decision does not count any more', async () => {
    scene.sandbox.create.collaborator(repository, 'bob', 'read');
    const comment = scene.sandbox.act.comment('bob', pull, `/approve ${id}`);
    await scene.settle();
    assert.equal(comment.reactions[0]?.content, 'confused');
    undecided();
    scene.sandbox.create.collaborator(repository, 'bob', 'maintain');
  });

  test("a bot's comment is no command, and our own App's least of all", async () => {
    const other = scene.sandbox.create.app({
      slug: 'helpful',
      owner: 'acme',
      permissions: { issues: 'write', pull_requests: 'write', metadata: 'read' },
      events: [],
    });
    const others = scene.sandbox.create.installation(other.id, 'acme');
    const [ours] = [...scene.sandbox.world.installations.values()].filter(
      ({ app }) => app.id === scene.appId,
    );
    assert.ok(ours);
    for (const installation of [others, ours.id]) {
      const before = scene.sandbox.read.comments(pull).length;
      const octokit = octokitFor(scene.sandbox, scene.sandbox.create.installationToken(installation));
      await octokit.request('POST /repos/acme/shop/issues/{number}/comments', {
        number: pull.number,
        body: `/approve ${id}`,
      });
      await scene.settle();
      undecided();
      // nobody answers a bot, or two bots would talk for ever
      assert.equal(scene.sandbox.read.comments(pull).length, before + 1);
    }
  });

  test('a comment by another person whose text looks like ours is not overwritten', async () => {
    await using other = await stage();
    const opened = await other.open();
    const body = other.ours(opened)[0]?.body ?? '';
    const copy = other.sandbox.act.comment('rita', opened, body);
    // what we have to say changes
    other.sandbox.act.comment('alice', opened, `/deny ${id}`);
    await other.settle();
    assert.notEqual(other.ours(opened)[0]?.body, body);
    assert.equal(copy.body, body);
    assert.equal(copy.edited, false);
  });

  test('nothing in our own comment is a command of its own line', async () => {
    scene.sandbox.act.comment('rita', pull, `/approve ${id}`);
    await scene.settle();
    const written = scene.ours(pull).filter(({ body }) => body !== `/approve ${id}`);
    assert.ok(written.length > 1);
    for (const { body } of written) assert.doesNotMatch(body, /^\s*\/(approve|deny|revoke|jit)/m);
  });

  test('no request was one that GitHub does not know', () => {
    assert.deepEqual(scene.sandbox.violations, []);
  });
});

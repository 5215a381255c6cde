import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { policyTexts } from '../../src/github/policy-source.ts';

const head = 'f'.repeat(40);

/** A repository as a table of branch or commit → policy text. */
function reader(files: Readonly<Record<string, string>>) {
  const at = (name: string) => {
    const text = files[name];
    return text === undefined ? null : { text, blob: `blob of ${text}`, commit: `tip of ${name}` };
  };
  return {
    defaultBranch: async () => 'main',
    visibleDefaultBranch: async () => null,
    fileAtBranch: async (_: string, branch: string) => at(branch),
    fileAtCommit: async (_: string, commit: string) => at(commit),
  };
}

async function found(files: Readonly<Record<string, string>>, base: string) {
  const texts = await policyTexts(reader(files), 'acme/shop', base, head);
  return texts.map(({ text, source }) => [source.from, source.branch, text]);
}

suite('where the policy is read', () => {
  test('the base branch, and the default branch beside it', async () => {
    assert.deepEqual(await found({ main: 'strict', lax: 'lax', [head]: 'own' }, 'lax'), [
      ['base', 'lax', 'lax'],
      ['default', 'main', 'strict'],
    ]);
  });

  test('once when the base is the default branch', async () => {
    assert.deepEqual(await found({ main: 'strict', [head]: 'own' }, 'main'), [['base', 'main', 'strict']]);
  });

  test('the default branch alone when the base has none', async () => {
    assert.deepEqual(await found({ main: 'strict', [head]: 'own' }, 'old'), [['default', 'main', 'strict']]);
  });

  test("the head's only when neither has one", async () => {
    assert.deepEqual(await found({ [head]: 'own' }, 'main'), [['head', null, 'own']]);
    assert.deepEqual(await found({}, 'main'), []);
  });
});

suite('what stands beside a policy', () => {
  const shared = (files: Readonly<Record<string, string>>, visible: boolean) => ({
    ...reader({}),
    visibleDefaultBranch: async () => (visible ? 'trunk' : null),
    fileAtBranch: async (repository: string, branch: string, path: string) =>
      at(files, `${repository}@${branch}:${path}`),
    fileAtCommit: async (repository: string, commit: string, path: string) =>
      at(files, `${repository}@${commit}:${path}`),
  });
  const at = (files: Readonly<Record<string, string>>, key: string) => {
    const text = files[key];
    return text === undefined ? null : { text, blob: `blob of ${text}`, commit: 'c1' };
  };
  const own = 'acme/shop@main:.github/jit-approval.yml';

  test("is the organisation's, from the default branch of its .github repository", async () => {
    const files = { [own]: 'own', 'acme/.github@trunk:jit-approval.yml': 'shared' };
    const found = await policyTexts(shared(files, true), 'acme/shop', 'main', head);
    assert.deepEqual(
      found.map(({ text, source }) => [text, source.from, source.file]),
      [
        ['own', 'base', '.github/jit-approval.yml'],
        ['shared', 'organisation', 'acme/.github:jit-approval.yml'],
      ],
    );
    const unseen = await policyTexts(shared(files, false), 'acme/shop', 'main', head);
    assert.deepEqual(
      unseen.map(({ text }) => text),
      ['own'],
    );
  });

  test('is what it extends, at the commit of the file that says so', async () => {
    const text = 'extends: [common.yml, gone.yml]';
    const found = await policyTexts(
      shared({ [own]: text, 'acme/shop@c1:common.yml': 'common' }, false),
      'acme/shop',
      'main',
      head,
    );
    assert.deepEqual(
      found.map((one) => [one.source.file, one.text === '' ? one.missing : one.text]),
      [
        ['.github/jit-approval.yml', text],
        ['common.yml', 'common'],
        ['gone.yml', '.github/jit-approval.yml extends it, but it does not exist'],
      ],
    );
  });
});

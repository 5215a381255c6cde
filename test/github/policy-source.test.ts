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

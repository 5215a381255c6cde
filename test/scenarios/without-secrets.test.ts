import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { suite, test } from 'node:test';
import pg from 'pg';
import {
  answerTo,
  finished,
  gate,
  heldChecks,
  idOf,
  reportOf,
  runOf,
} from '../../src/sandbox/demo/scenes.ts';
import { openStage, repository, type Stage } from '../../src/sandbox/demo/stage.ts';
import { until } from '../../src/sandbox/demo/until.ts';
import type { Pull } from '../../src/sandbox/model.ts';

/**
 * Pull requests whose jobs get no secrets and a token that reads: of forks, and of Dependabot. The report travels
 * as an artifact, which needs neither.
 */
const workflowFile = '.github/workflows/integration.yml';
const workflow = readFileSync(path.resolve(import.meta.dirname, '../../examples/shop', workflowFile), 'utf8')
  // asked for and not given: neither fork nor Dependabot may write by default
  .replace('checks: read', 'checks: write')
  .replace('secrets.DATABASE_URL', 'vars.DATABASE_URL')
  .replace(
    '    steps:\n',
    `    steps:\n      - run: echo "secret [$SECRET]"\n        env: { SECRET: "\${{ secrets.DATABASE_URL }}" }\n`,
  );
const files = {
  'test/cleanup.test.js': `import { test } from 'node:test';
import pg from 'pg';

test('deletes the cart of one customer', async () => {
  const client = new pg.Client(process.env.DATABASE_URL);
  await client.connect();
  try {
    await client.query('DELETE FROM carts WHERE customer = $1', ['ada@shop.example']);
  } finally {
    await client.end();
  }
});
`,
  'test/checkout.test.js': "import { test } from 'node:test';\ntest('nothing', () => {});\n",
};

async function carts({ databaseUrl }: Stage): Promise<number> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    return (await client.query('SELECT 1 FROM carts')).rowCount ?? 0;
  } finally {
    await client.end();
  }
}

const openers: Readonly<Record<string, (stage: Stage) => Promise<Pull>>> = {
  'of a fork': async ({ sandbox: { create, act } }) => {
    create.user('linus');
    create.collaborator(repository, 'linus', 'read');
    await create.fork(repository, 'linus');
    await act.push('linus/shop', 'linus', { branch: 'cleanup', from: 'main', files });
    return act.openPull(repository, 'linus', { head: 'linus:cleanup', title: 'From a fork' });
  },
  'of Dependabot': async ({ sandbox: { create, act } }) => {
    create.user('dependabot[bot]');
    create.collaborator(repository, 'dependabot[bot]', 'write');
    await act.push(repository, 'dependabot[bot]', { branch: 'bump', from: 'main', files });
    return act.openPull(repository, 'dependabot[bot]', { head: 'bump', title: 'Bump pg' });
  },
};

suite('a pull request', () => {
  for (const [whose, open] of Object.entries(openers)) {
    test(`${whose} is held, approved and run again without secrets and without a token that writes`, async () => {
      await using stage = await openStage({ files: { [workflowFile]: workflow } });
      const { sandbox } = stage;
      const pull = await open(stage);
      assert.equal(reportOf(sandbox, await finished(sandbox, 1), 1).result, 'held');
      const log = runOf(sandbox)?.attempts[0]?.jobs[0]?.log.join('\n') ?? '';
      assert.match(log, /secret \[\]/);
      const check = await until('the check appears', () => heldChecks(sandbox, pull)[0]);
      assert.equal(await carts(stage), 2);
      const comment = sandbox.act.comment('grace', pull, `/approve ${idOf(check)}`);
      assert.equal((await answerTo(sandbox, pull, comment)).reaction, '+1');
      const second = reportOf(sandbox, await finished(sandbox, 2), 2);
      assert.equal(second.result, 'passed');
      assert.deepEqual(
        second.flagged.map(({ outcome }) => outcome),
        ['granted'],
      );
      await until('the gate is green', () => gate(sandbox, pull)?.conclusion === 'success');
      assert.equal(await carts(stage), 1);
      assert.deepEqual(sandbox.violations, []);
    });
  }
});

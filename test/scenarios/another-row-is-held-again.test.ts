import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { answerTo, finished, heldChecks, idOf, openPull, reportOf } from '../../src/sandbox/demo/scenes.ts';
import { openStage, type Stage } from '../../src/sandbox/demo/stage.ts';
import { until } from '../../src/sandbox/demo/until.ts';

/** The suite's clean-up names another customer in every attempt. */
const cleanup = `import { test } from 'node:test';
import pg from 'pg';

test('deletes the cart of one customer', async () => {
  const customers = { 1: 'ada@shop.example', 2: 'grace@shop.example' };
  const client = new pg.Client(process.env.DATABASE_URL);
  await client.connect();
  try {
    await client.query('DELETE FROM carts WHERE customer = $1', [customers[process.env.JIT_APPROVAL_ATTEMPT]]);
  } finally {
    await client.end();
  }
});
`;
const checkout = "import { test } from 'node:test';\ntest('nothing', () => {});\n";

async function carts({ databaseUrl }: Stage): Promise<string[]> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    const { rows } = await client.query<{ customer: string }>('SELECT customer FROM carts ORDER BY customer');
    return rows.map((row) => row.customer);
  } finally {
    await client.end();
  }
}

test('an approved DELETE with another value in its WHERE is held again, and deletes nothing', async () => {
  await using stage = await openStage();
  const { sandbox } = stage;
  const pull = await openPull(sandbox, {
    'test/cleanup.test.js': cleanup,
    'test/checkout.test.js': checkout,
  });
  const run = await finished(sandbox, 1);
  const [held] = await until('the check appears', () => {
    const checks = heldChecks(sandbox, pull);
    return checks.length === 1 ? checks : null;
  });
  assert.ok(held);
  const approved = await answerTo(
    sandbox,
    pull,
    sandbox.act.comment('grace', pull, `/approve ${idOf(held)}`),
  );
  assert.equal(approved.reaction, '+1');
  await finished(sandbox, 2);
  const second = reportOf(sandbox, run, 2);
  assert.equal(second.result, 'held');
  assert.equal(second.flagged.length, 1);
  assert.ok(!second.flagged[0]?.id.startsWith(idOf(held)));
  const again = await until('the new action has its own check', () =>
    heldChecks(sandbox, pull).find((check) => second.flagged[0]?.id.startsWith(idOf(check))),
  );
  assert.match(again.summary ?? '', /grace@shop\.example/);
  assert.deepEqual(await carts(stage), ['ada@shop.example', 'grace@shop.example']);
});

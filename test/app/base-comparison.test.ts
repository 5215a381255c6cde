import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Counted } from '../../src/report/schema.ts';
import { flaggedOf } from './help/report.ts';
import { repository, type Stage, type StageOptions, stage } from './help/stage.ts';

const onBoth = `name: integration
on: [push, pull_request]
jobs:
  test:
    runs-on: ubuntu-latest
`;

const did = (shape: string, writes = true): Counted => ({
  target: 'staging-db',
  kind: 'sql',
  shape,
  count: 3,
  writes,
});
const customers = did('INSERT INTO customers (id) VALUES (…)');
const before = [customers, did('SELECT * FROM carts', false)];
const after = [
  customers,
  did('INSERT INTO orders (id, total) VALUES (…, …)'),
  did('UPDATE orders SET total = …'),
  did('SELECT * FROM orders WHERE id = …', false),
];

/** A stage whose base branch has run what `before` says; the pull request does `after`, and may hold more. */
async function compared(options: StageOptions = {}, base: readonly Counted[] = before): Promise<Stage> {
  const scene = await stage({
    suite: () => () => [],
    report: (report, job) => ({ ...report, counted: [...(job.event.pull_request ? after : base)] }),
    files: { '.github/workflows/integration.yml': onBoth },
    ...options,
  });
  await scene.sandbox.act.push(repository, 'alice', { branch: 'main', files: { 'src/z.ts': 'z' } });
  await scene.settle();
  return scene;
}

suite('what the pull request does that its base branch does not', () => {
  test('is told in the gate and the comment: writes by table, reads by number', async () => {
    await using scene = await compared({
      suite:
        ({ del }) =>
        ({ event }) =>
          event.pull_request ? [flaggedOf(del('7'))] : [],
    });
    const pull = await scene.open();
    const line =
      'Compared with the last run on `main`, this pull request adds 2 writes to `orders`, 1 write to `users` and 1 read.';
    assert.ok(scene.gate(pull)?.summary?.includes(line), scene.gate(pull)?.summary ?? '');
    const body = scene.ours(pull)[0]?.body ?? '';
    assert.ok(body.includes(line), body);
    assert.ok(body.includes('- new: `UPDATE orders SET total = …` on `staging-db`'), body);
    assert.deepEqual(scene.sandbox.violations, []);
  });

  test('and what it no longer does, once everything passed', async () => {
    await using scene = await compared({}, [...before, did('DELETE FROM sessions')]);
    const pull = await scene.open();
    assert.match(
      scene.gate(pull)?.summary ?? '',
      /adds 2 writes to `orders` and 1 read; it no longer makes 1 write to `sessions`\./,
    );
  });

  test('is not told where the base branch has no report to compare with, or a hostile one', async () => {
    await using scene = await compared({
      report: (report, job) =>
        job.event.pull_request ? { ...report, counted: after } : new TextEncoder().encode('no zip at all'),
    });
    const pull = await scene.open();
    assert.equal(scene.gate(pull)?.conclusion, 'success');
    assert.doesNotMatch(scene.gate(pull)?.summary ?? '', /Compared/);
  });
});

import { suite, test } from 'node:test';
import { databases } from '../ledger/databases.ts';
import { calmRun, stormyRun } from '../scenarios/chaos/run.ts';
import { stories } from '../scenarios/chaos/stories.ts';

/** One of every kind; `node scripts/chaos.ts --pull-requests 500 --seed 7` plays more. */
const all = stories(9);
const server = await databases();

suite('three Apps on one PostgreSQL, killed again and again, with webhooks lost, doubled and late', async () => {
  const expected = await calmRun(all);
  for (const seed of [1, 2, 3, 4, 5]) {
    test(`seed ${seed}: every pull request ends as it does with one App in calm weather`, async (t) => {
      const databaseUrl = await server.fresh();
      await stormyRun({ seed, all, expected, databaseUrl, tell: (line) => t.diagnostic(line) });
    });
  }
});

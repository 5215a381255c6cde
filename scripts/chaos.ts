/** Three Apps on one PostgreSQL in a storm: node scripts/chaos.ts --pull-requests 500 --seed 1 --seed 2 */
import { parseArgs } from 'node:util';
import pg from 'pg';
import { startPostgres } from '../src/sandbox/postgres.ts';
import { calmRun, stormyRun } from '../test/scenarios/chaos/run.ts';
import { stories } from '../test/scenarios/chaos/stories.ts';

const { values } = parseArgs({
  options: {
    'pull-requests': { type: 'string', default: '100' },
    seed: { type: 'string', multiple: true, default: ['1'] },
  },
});

/** What is no number would play nothing, and pass. */
function whole(option: string, value: string): number {
  if (/^[1-9]\d{0,5}$/.test(value)) return Number(value);
  console.error(`--${option} takes a whole number from 1, and met "${value}".`);
  process.exit(64);
}

const all = stories(whole('pull-requests', values['pull-requests']));
const seeds = values.seed.map((seed) => whole('seed', seed));
const server = await startPostgres();
try {
  const expected = await calmRun(all);
  console.log(`${all.length} pull requests in calm weather: done`);
  for (const seed of seeds) {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    await client.query(`CREATE DATABASE seed_${seed}`);
    await client.end();
    await stormyRun({
      seed,
      all,
      expected,
      databaseUrl: server.url.replace(/[^/]*$/, `seed_${seed}`),
      tell: (line) => console.log(line),
    });
  }
} finally {
  await server.stop();
}

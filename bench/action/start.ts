import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Job, openJobs, runJob } from './job.ts';

/**
 * From `node dist/action.js suite` to the first command of the suite (bash, which writes the time), on this
 * machine. The policy is read by HTTP from a server that repeats the answers of a sandbox, recorded by one run
 * that is not counted: the figure is the runner's, without what our sandbox takes to check each request against
 * GitHub's OpenAPI description. What GitHub itself takes to answer comes on top, twice (each round of reads waits
 * for the one before), part of it while the runner is still loading.
 */
const runs = 20;
const policies: Readonly<Record<string, string>> = {
  'no target': 'version: 1\ndefault: allow\n',
  'PostgreSQL and HTTP': `version: 1
default: allow
targets:
  db: { postgres: { env: DATABASE_URL }, disposable: false }
  api: { http: { env: API_URL } }
rules:
  - id: bulk-delete
    on: { sql: { operation: delete, table: "public.*" } }
    when: "!action.where"
    hold: { reason: Deletes whole tables }
`,
};

const jobs = await openJobs();
try {
  process.stdout.write(`milliseconds to the first command   median      min      max   (${runs} runs)\n`);
  for (const [name, policy] of Object.entries(policies)) {
    const job = await jobs.create(policy);
    const times: number[] = [];
    await once(job);
    jobs.api.taken();
    for (let run = 0; run < runs; run++) times.push(await once(job));
    times.sort((a, b) => a - b);
    const columns = [times[Math.floor(runs / 2)], times[0], times.at(-1)].map((time) => cell(time ?? 0));
    process.stdout.write(`${name.padEnd(32)} ${columns.join('')}   ${jobs.api.taken() / runs} reads\n`);
  }
} finally {
  await jobs.close();
}

/** Milliseconds until the first command ran. */
async function once({ environment }: Job): Promise<number> {
  const first = path.join(jobs.folder, 'first');
  const started = performance.timeOrigin + performance.now();
  await runJob({
    ...environment,
    JIT_INPUT_STEPS: `first: date +%s%N > ${first}`,
    DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none',
    API_URL: 'http://127.0.0.1:1',
  });
  return Number(readFileSync(first, 'utf8')) / 1e6 - started;
}

function cell(milliseconds: number): string {
  return milliseconds.toFixed(0).padStart(9);
}

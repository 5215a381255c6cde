import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { startPostgres } from '../../src/sandbox/postgres.ts';
import { type Job, openJobs, runJob } from './job.ts';

/**
 * The same suite (suite-program.ts: 2,000 SQL statements, 500 requests) direct and behind the gates of dist/, in
 * turns, so that whatever else the machine does falls on both: how long its command takes. Start-up of the runner
 * is not in it (start.ts measures that), start-up of the suite's own process is.
 *
 * Also through two relays that do nothing, one in the place of each gate: no gate that is a process of its own takes
 * less than they do.
 *
 * Twice: with everything on this machine, where a statement takes 0.2 ms and a gate that takes a tenth of one is
 * half as much again; and with the round trip that a shared system has, 1 ms to the database and 20 ms to the API.
 *
 *   node bench/action/suite.ts [rounds]
 */
const rounds = Number(process.argv[2] ?? 10);
const command = `"${process.execPath}" "${path.join(import.meta.dirname, 'suite-program.ts')}"`;
const policy = `version: 1
default: allow
targets:
  db: { postgres: { env: DATABASE_URL }, disposable: false }
  api: { http: { env: API_URL } }
rules:
  - id: bulk-delete
    on: { sql: { operation: [delete, update], table: "public.*" } }
    when: "!action.where"
    hold: { reason: Touches whole tables }
  - id: large-orders
    on: { http: { method: POST, path: /orders } }
    when: int(action.body.id) > 100000
    hold: { reason: No order has such an id }
  - id: drop
    on: { sql: { operation: [drop, alter] } }
    deny: { reason: Schema changes go through migrations }
`;

const helpers: { stop(): void }[] = [];
const database = await startPostgres();
const jobs = await openJobs();
try {
  const client = new pg.Client(database.url);
  await client.connect();
  await client.query('CREATE TABLE orders (id int PRIMARY KEY, customer text, total int)');
  await client.end();
  const job = await jobs.create(policy);
  const service = await helper('service.ts', []);
  process.stdout.write(
    `seconds, median of ${rounds} rounds     direct   relayed   behind gates   ratio to direct (lowest to highest)\n`,
  );
  await compare('everything on this machine', job, database.port, service);
  const far = {
    database: await helper('distance.ts', [database.port, 1]),
    api: await helper('distance.ts', [service, 20]),
  };
  await compare('1 ms and 20 ms away', job, far.database, far.api);
} finally {
  for (const { stop } of helpers) stop();
  await jobs.close();
  await database.stop();
}

async function compare(name: string, job: Job, databasePort: number, apiPort: number): Promise<void> {
  const targets = targetsAt(databasePort, apiPort);
  const relayed = targetsAt(
    await helper('distance.ts', [databasePort, 0]),
    await helper('distance.ts', [apiPort, 0]),
  );
  const times: Record<'direct' | 'relayed' | 'gated' | 'ratio', number[]> = {
    ...{ direct: [], relayed: [], gated: [], ratio: [] },
  };
  await direct(targets);
  for (let round = 0; round < rounds; round++) {
    const alone = await direct(targets);
    times.direct.push(alone);
    times.relayed.push(await direct(relayed));
    const gated = await behindGates(job, targets);
    times.gated.push(gated);
    times.ratio.push(gated / alone);
  }
  const seconds = (all: number[], width: number) => (median(all) / 1000).toFixed(2).padStart(width);
  const columns = [seconds(times.direct, 14), seconds(times.relayed, 10), seconds(times.gated, 15)].join('');
  const [lowest, highest] = [Math.min(...times.ratio), Math.max(...times.ratio)];
  const ratio = median(times.gated) / median(times.direct);
  process.stdout.write(
    `${name.padEnd(32)}${columns}${ratio.toFixed(3).padStart(9)} (${lowest.toFixed(2)} to ${highest.toFixed(2)})\n`,
  );
}

function targetsAt(databasePort: number, apiPort: number): Readonly<Record<string, string>> {
  const url = new URL(database.url);
  url.port = String(databasePort);
  return { DATABASE_URL: url.href, API_URL: `http://127.0.0.1:${apiPort}` };
}

/** Milliseconds of the command, started as the runner starts a step. */
async function direct(targets: Readonly<Record<string, string>>): Promise<number> {
  const started = performance.now();
  const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', command], {
    env: { PATH: process.env.PATH, ...targets },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error(`the suite failed: exit ${code}`);
  return performance.now() - started;
}

/** Milliseconds of the step that runs the command, as the report says. */
async function behindGates(job: Job, targets: Readonly<Record<string, string>>): Promise<number> {
  await runJob({ ...job.environment, ...targets, JIT_INPUT_RUN: command });
  const report: { steps: { durationMs: number; allowed: number }[] } = JSON.parse(
    readFileSync(job.report, 'utf8'),
  );
  const [step] = report.steps;
  if (step === undefined || step.allowed < 2500) throw new Error(`the gates saw ${step?.allowed} actions`);
  return step.durationMs;
}

/** A process of its own, so that it takes no turn of ours; resolves with its port. */
async function helper(file: string, words: readonly number[]): Promise<number> {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, file), ...words.map(String)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  helpers.push({ stop: () => child.stdin.end() });
  return new Promise((resolve, reject) => {
    child.stdout.once('data', (line) => resolve(Number(String(line))));
    child.once('exit', (code) => reject(new Error(`${file} ended: ${code}`)));
  });
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

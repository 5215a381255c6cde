/**
 * Signed deliveries a second and memory, of the built App with one and three processes on SQLite and on
 * PostgreSQL, beside a Probot app that does nothing; then the time from a push to the App's check run on the new
 * head, with the sandbox as a GitHub that delivers at once. Each delivery is recorded durably before it is
 * answered, and its pull request (one of 20) looked up at the sandbox afterwards, on the same machine.
 * Run: npm run build && node bench/app/main.ts [deliveries per round]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';
import { startSandbox } from '../../src/sandbox/index.ts';
import { startPostgres } from '../../src/sandbox/postgres.ts';
import { send } from './load.ts';
import { type Running, startProcess } from './process.ts';

const perRound = Number(process.argv[2] ?? 300);
const rounds = 7;
const pushes = 15;
const secret = 'the secret of this bench';
const ourApp = path.resolve(import.meta.dirname, '../../dist/app.js');
const bareApp = path.resolve(import.meta.dirname, 'bare.ts');
const folder = mkdtempSync(path.join(tmpdir(), 'bench-app-'));

const sandbox = await startSandbox({});
const { create, act, read } = sandbox;
for (const login of ['olga', 'wanda']) create.user(login);
create.organization('acme', { olga: 'admin' });
const made = create.app({
  slug: 'jit-approval',
  owner: 'acme',
  permissions: {
    actions: 'write',
    checks: 'write',
    contents: 'read',
    issues: 'write',
    members: 'read',
    pull_requests: 'write',
  },
  events: ['pull_request'],
});
const policy = `version: 1\napp: ${made.id}\nworkflows: [integration.yml]\ndefault: allow\n`;
await create.repository('acme/shop', {
  files: { '.github/jit-approval.yml': policy },
  collaborators: { wanda: 'write' },
});
const installation = create.installation(made.id, 'acme');
const postgres = await startPostgres();
const base = {
  APP_ID: String(made.id),
  PRIVATE_KEY: made.privateKey,
  WEBHOOK_SECRET: secret,
  GHE_HOST: sandbox.host,
  GHE_PROTOCOL: 'http',
  HOST: '127.0.0.1',
  PORT: '0',
  LOG_LEVEL: 'fatal',
  JIT_APPROVAL_WRITE_INTERVAL_MS: '0',
};

process.stdout.write(`a synced commit of SQLite here takes ${syncedCommitMs().toFixed(1)} ms\n`);
const configurations = [await start('bare Probot', 1, bareApp, base)];
for (const count of [1, 3]) {
  const ledger = path.join(folder, `${count}.sqlite`);
  configurations.push(await start('SQLite', count, ourApp, { ...base, LEDGER: ledger }));
}
for (const count of [1, 3]) {
  const database = await newDatabase(`bench_${count}`);
  configurations.push(await start('PostgreSQL', count, ourApp, { ...base, DATABASE_URL: database }));
}
for (let round = -1; round < rounds; round++) {
  for (const each of configurations) {
    const rate = await send(each.urls, secret, installation, perRound);
    // the first round warms everything up
    if (round >= 0) each.rates.push(rate);
  }
}
for (const each of configurations) tell(each, configurations[0]?.rates ?? []);
await Promise.all(configurations.flatMap(({ processes }) => processes.map((one) => one.stop())));
await delay({ ...base, LEDGER: path.join(folder, 'delay.sqlite') });
await postgres.stop();
await sandbox.close();
rmSync(folder, { recursive: true });

/** What the disk alone costs each delivery that must not be lost. */
function syncedCommitMs(): number {
  const database = new DatabaseSync(path.join(folder, 'disk.sqlite'));
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (a)');
  const insert = database.prepare('INSERT INTO t VALUES (1)');
  const times = Array.from({ length: 50 }, () => {
    const begun = performance.now();
    insert.run();
    return performance.now() - begun;
  });
  database.close();
  return median(times);
}

interface Configuration {
  readonly name: string;
  readonly processes: readonly Running[];
  readonly urls: readonly string[];
  readonly rates: number[];
}

async function start(
  name: string,
  count: number,
  script: string,
  variables: Record<string, string>,
): Promise<Configuration> {
  const processes: Running[] = [];
  for (let index = 0; index < count; index++) processes.push(await startProcess(script, variables));
  return { name, processes, urls: processes.map(({ url }) => url), rates: [] };
}

async function newDatabase(name: string): Promise<string> {
  const client = new Client(postgres.url);
  await client.connect();
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  return Object.assign(new URL(postgres.url), { pathname: `/${name}` }).href;
}

/** Ratios are of the same round, so that whatever else the machine did fell on both. */
function tell({ name, processes, rates }: Configuration, bare: readonly number[]): void {
  const ratios = rates.map((rate, round) => rate / (bare[round] ?? Number.NaN));
  const cells = [
    name.padEnd(12),
    `${processes.length} process${processes.length === 1 ? '  ' : 'es'}`,
    `${median(rates).toFixed(0).padStart(6)} deliveries/s`,
    `${median(ratios).toFixed(2)}× bare`,
    `${processes
      .reduce((sum, one) => sum + one.memory(), 0)
      .toFixed(0)
      .padStart(5)} MB`,
  ];
  process.stdout.write(`${cells.join('  ')}\n`);
}

/** From a push to the App's gate on the new head. */
async function delay(variables: Record<string, string>): Promise<void> {
  const app = await startProcess(ourApp, variables);
  create.webhook(made.id, { url: app.url, secret });
  await act.push('acme/shop', 'wanda', { branch: 'feature', from: 'main', files: { a: '0' } });
  const pull = await act.openPull('acme/shop', 'wanda', { head: 'feature', title: 'Change' });
  const shown = () => read.checks('acme/shop', pull.head.sha).some((run) => run.suite.app.id === made.id);
  await until(shown);
  const times: number[] = [];
  for (let index = 1; index <= pushes; index++) {
    await act.push('acme/shop', 'wanda', { branch: 'feature', files: { a: String(index) } });
    const begun = performance.now();
    await until(shown);
    times.push(performance.now() - begun);
  }
  await app.stop();
  const [slowest] = times.toSorted((a, b) => b - a);
  process.stdout.write(
    `delivery to check run  ${median(times).toFixed(0)} ms (median of ${pushes}), slowest ${slowest?.toFixed(0)} ms\n`,
  );
}

function until(shown: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!shown()) return;
      unwatch();
      resolve();
    };
    const unwatch = sandbox.world.watch(look);
    look();
  });
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

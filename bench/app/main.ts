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
import { startSandbox } from '../../src/sandbox/index.ts';
import { startPostgres } from '../../src/sandbox/postgres.ts';
import { send } from './load.ts';
import { startProcess } from './process.ts';

const perRound = Number(process.argv[2] ?? 300);
const rounds = 5;
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

let reference: number | null = null;
await throughput('bare Probot', 1, bareApp, base);
for (const [name, ledger] of [
  ['SQLite', { LEDGER: path.join(folder, 'ledger.sqlite') }],
  ['PostgreSQL', { DATABASE_URL: postgres.url }],
] as const) {
  for (const processes of [1, 3]) await throughput(name, processes, ourApp, { ...base, ...ledger });
}
await delay({ ...base, LEDGER: path.join(folder, 'delay.sqlite') });
await postgres.stop();
await sandbox.close();
rmSync(folder, { recursive: true });

async function throughput(
  name: string,
  count: number,
  script: string,
  variables: Record<string, string>,
): Promise<void> {
  const processes = await Promise.all(Array.from({ length: count }, () => startProcess(script, variables)));
  const urls = processes.map(({ url }) => url);
  await send(urls, secret, installation, perRound);
  const rates: number[] = [];
  for (let round = 0; round < rounds; round++) rates.push(await send(urls, secret, installation, perRound));
  const memory = processes.reduce((sum, each) => sum + each.memory(), 0);
  await Promise.all(processes.map((each) => each.stop()));
  const rate = median(rates);
  reference ??= rate;
  const cells = [
    name.padEnd(12),
    `${count} process${count === 1 ? '  ' : 'es'}`,
    `${rate.toFixed(0).padStart(6)} deliveries/s`,
    `${(rate / reference).toFixed(2)}× bare`,
    `${memory.toFixed(0).padStart(5)} MB`,
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

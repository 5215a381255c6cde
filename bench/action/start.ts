import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startSandbox } from '../../src/sandbox/index.ts';

/**
 * From `node dist/action.js suite` to the first command of the suite, with the policy read by HTTP from a
 * sandbox on this machine. What GitHub itself takes to answer comes on top.
 */
const runs = 20;
const action = path.resolve(import.meta.dirname, '../../dist/action.js');
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

const folder = mkdtempSync(path.join(tmpdir(), 'jit-bench-'));
const sandbox = await startSandbox();
try {
  process.stdout.write(`milliseconds to the first command   median      min      max   (${runs} runs)\n`);
  for (const [name, policy] of Object.entries(policies)) {
    const environment = await environmentFor(`shop-${Object.keys(policies).indexOf(name)}`, policy);
    const times: number[] = [];
    for (let run = 0; run < runs; run++) times.push(await once(environment));
    times.sort((a, b) => a - b);
    const columns = [times[Math.floor(runs / 2)], times[0], times.at(-1)].map((time) => cell(time ?? 0));
    process.stdout.write(`${name.padEnd(32)} ${columns.join('')}\n`);
  }
} finally {
  await sandbox.close();
  rmSync(folder, { recursive: true });
}

async function environmentFor(name: string, policy: string): Promise<Record<string, string>> {
  sandbox.create.user(`ada-${name}`);
  const repository = `ada-${name}/${name}`;
  await sandbox.create.repository(repository, { files: { '.github/jit-approval.yml': policy } });
  const event = path.join(folder, `${name}.json`);
  writeFileSync(event, '{}');
  writeFileSync(path.join(folder, 'output'), '');
  return {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    GITHUB_API_URL: sandbox.apiUrl,
    GITHUB_REPOSITORY: repository,
    GITHUB_EVENT_NAME: 'push',
    GITHUB_EVENT_PATH: event,
    GITHUB_RUN_ID: '1',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_REF_NAME: 'main',
    GITHUB_WORKSPACE: folder,
    GITHUB_OUTPUT: path.join(folder, 'output'),
    JIT_INPUT_GITHUB_TOKEN: sandbox.create.jobToken(repository, { contents: 'read' }),
    JIT_INPUT_STEPS: `first: date +%s%N > ${path.join(folder, 'first')}`,
    JIT_JOB: 'test',
    JIT_USE: 'bench',
    JIT_REPORT: path.join(folder, 'report.json'),
    DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none',
    API_URL: 'http://127.0.0.1:1',
  };
}

/** Milliseconds until the first command ran. */
async function once(environment: Readonly<Record<string, string>>): Promise<number> {
  const started = performance.timeOrigin + performance.now();
  const child = spawn('node', [action, 'suite'], {
    cwd: folder,
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  });
  let log = '';
  child.stdout?.on('data', (data) => {
    log += String(data);
  });
  const handed = child.stdio[3];
  if (handed === null || handed === undefined || !('end' in handed)) throw new Error('no file descriptor 3');
  handed.end(
    Object.entries(environment)
      .map(([name, value]) => `${name}=${value}\0`)
      .join(''),
  );
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`the suite did not run (exit ${code}):\n${log}`);
  return Number(readFileSync(path.join(folder, 'first'), 'utf8')) / 1e6 - started;
}

function cell(milliseconds: number): string {
  return milliseconds.toFixed(0).padStart(9);
}

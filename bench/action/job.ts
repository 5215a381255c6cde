import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startSandbox } from '../../src/sandbox/index.ts';
import { type Replay, replay } from './replay.ts';

/** A job whose base branch has a policy. */
export interface Job {
  /** What launch.sh would hand over, but for the command. */
  readonly environment: Readonly<Record<string, string>>;
  /** Path of the report that it leaves. */
  readonly report: string;
}

export interface Jobs {
  /** A temporary folder, the workspace of every job. */
  readonly folder: string;
  readonly api: Replay;
  create(policy: string): Promise<Job>;
  close(): Promise<void>;
}

const action = path.resolve(import.meta.dirname, '../../dist/action.js');

/** Jobs whose policy is read from a server that repeats the answers of a sandbox. */
export async function openJobs(): Promise<Jobs> {
  const folder = mkdtempSync(path.join(tmpdir(), 'jit-bench-'));
  const sandbox = await startSandbox();
  const api = await replay(sandbox.apiUrl);
  let count = 0;
  return {
    folder,
    api,
    async create(policy) {
      const name = `shop-${count++}`;
      sandbox.create.user(`ada-${name}`);
      const repository = `ada-${name}/${name}`;
      await sandbox.create.repository(repository, { files: { '.github/jit-approval.yml': policy } });
      const token = sandbox.create.jobToken(repository, { contents: 'read' });
      const [event, report] = [path.join(folder, `${name}.json`), path.join(folder, 'report.json')];
      writeFileSync(event, '{}');
      writeFileSync(path.join(folder, 'output'), '');
      return {
        report,
        environment: {
          PATH: process.env.PATH ?? '',
          HOME: folder,
          GITHUB_API_URL: api.url,
          GITHUB_REPOSITORY: repository,
          GITHUB_EVENT_NAME: 'push',
          GITHUB_EVENT_PATH: event,
          GITHUB_RUN_ID: '1',
          GITHUB_RUN_ATTEMPT: '1',
          GITHUB_REF_NAME: 'main',
          GITHUB_WORKSPACE: folder,
          GITHUB_OUTPUT: path.join(folder, 'output'),
          JIT_INPUT_GITHUB_TOKEN: token,
          JIT_JOB: 'test',
          JIT_USE: 'bench',
          JIT_REPORT: report,
        },
      };
    },
    async close() {
      await api.close();
      await sandbox.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Runs a job as launch.sh starts it. Rejects when the suite was not run. */
export async function runJob(environment: Readonly<Record<string, string>>): Promise<void> {
  const child = spawn('node', [action, 'suite'], {
    cwd: environment.HOME,
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
}

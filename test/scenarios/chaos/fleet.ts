import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Stage } from '../../app/help/stage.ts';
import type { Target } from './storm.ts';

const script = path.resolve(import.meta.dirname, '../../../dist/app.js');

export interface AppOptions {
  readonly scene: Stage;
  /** Where it believes GitHub to be. */
  readonly githubHost: () => string;
  readonly databaseUrl: string;
  readonly sweepMs: number;
  readonly discoverMs: number;
}

/** One replica: a process that is started again whenever it dies. */
export interface Replica extends Target {
  start(): Promise<void>;
  /** SIGTERM; answers its exit code. */
  stop(): Promise<number | null>;
  /** How often it was started. */
  readonly lives: number;
}

export function replica(options: AppOptions): Replica {
  let child: ChildProcess | null = null;
  let url: string | null = null;
  let lives = 0;
  let stopping = false;

  async function start(): Promise<void> {
    lives++;
    const started = spawnApp(options);
    child = started;
    started.once('exit', () => {
      url = null;
      if (!stopping) start().catch(() => {});
    });
    if (started.stderr === null) throw new Error('the App has no standard error');
    const said: string[] = [];
    for await (const line of createInterface({ input: started.stderr })) {
      said.push(line);
      url = /webhooks go to (\S+)/.exec(line)?.[1] ?? null;
      if (url === null) continue;
      started.stderr.resume();
      return;
    }
    if (started.signalCode === null) throw new Error(`the App ended before it listened:\n${said.join('\n')}`);
  }

  return {
    start,
    webhookUrl: () => url,
    kill() {
      url = null;
      child?.kill('SIGKILL');
    },
    async stop() {
      stopping = true;
      if (child === null || child.exitCode !== null || child.signalCode !== null)
        return child?.exitCode ?? null;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const [code] = await ended;
      return code;
    },
    get lives() {
      return lives;
    },
  };
}

function spawnApp({ scene, githubHost, databaseUrl, sweepMs, discoverMs }: AppOptions): ChildProcess {
  return spawn(process.execPath, [script], {
    env: {
      PATH: process.env.PATH,
      APP_ID: String(scene.appId),
      PRIVATE_KEY: scene.config.privateKey,
      WEBHOOK_SECRET: scene.config.webhookSecret,
      GHE_HOST: githubHost(),
      GHE_PROTOCOL: 'http',
      HOST: '127.0.0.1',
      PORT: '0',
      DATABASE_URL: databaseUrl,
      LOG_LEVEL: 'fatal',
      JIT_APPROVAL_WRITE_INTERVAL_MS: '0',
      JIT_APPROVAL_LEASE_MS: '3000',
      JIT_APPROVAL_POLL_MS: '200',
      JIT_APPROVAL_RETRY_MS: '100',
      JIT_APPROVAL_SWEEP_MS: String(sweepMs),
      JIT_APPROVAL_DISCOVER_MS: String(discoverMs),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { until } from './until.ts';

export interface AppProcess {
  readonly webhookUrl: string;
  readonly process: ChildProcess;
  /** What it logged so far. */
  log(): string;
  /** SIGTERM, and waits for its end. */
  stop(): Promise<void>;
  /** SIGKILL, and waits for its end. */
  kill(): Promise<void>;
}

export interface AppProcessOptions {
  /** Host and port of GitHub. */
  readonly githubHost: string;
  /** Where its ledger lies, and `app.pid`. */
  readonly folder: string;
  readonly port: number;
  readonly appId: number;
  readonly privateKey: string;
  readonly webhookSecret: string;
}

/** Starts the built App against the sandbox, and waits until it says that it is well. */
export async function startAppProcess(options: AppProcessOptions): Promise<AppProcess> {
  const script = path.resolve(import.meta.dirname, '../../../dist/app.js');
  const child = spawn(process.execPath, [script], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      APP_ID: String(options.appId),
      PRIVATE_KEY: options.privateKey,
      WEBHOOK_SECRET: options.webhookSecret,
      GHE_HOST: options.githubHost,
      GHE_PROTOCOL: 'http',
      HOST: '127.0.0.1',
      PORT: String(options.port),
      PUBLIC_URL: `http://127.0.0.1:${options.port}`,
      LEDGER: path.join(options.folder, 'ledger.sqlite'),
      LOG_LEVEL: 'info',
      JIT_APPROVAL_WRITE_INTERVAL_MS: '0',
      // what a killed App had in hand is taken up again soon
      JIT_APPROVAL_LEASE_MS: '1000',
      JIT_APPROVAL_POLL_MS: '200',
    },
  });
  // for whoever puts away what a killed demo left
  writeFileSync(path.join(options.folder, 'app.pid'), `${child.pid ?? ''}\n`);
  let log = '';
  const keep = (chunk: Buffer) => {
    log = `${log}${chunk.toString('utf8')}`.slice(-200_000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = once(child, 'exit');
  const address = `http://127.0.0.1:${options.port}`;
  await until('the App answers', async () => {
    if (child.exitCode !== null) throw new Error(`the App ended with ${child.exitCode}:\n${log}`);
    const answer = await fetch(`${address}/healthz`).catch(() => null);
    return answer?.ok ?? false;
  });
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await ended;
  };
  return {
    webhookUrl: `${address}/api/github/webhooks`,
    process: child,
    log: () => log,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

export interface Running {
  readonly url: string;
  /** Megabytes of memory that it holds now. */
  memory(): number;
  stop(): Promise<void>;
}

/** Starts a script and waits until it says where webhooks go. */
export async function startProcess(script: string, variables: Record<string, string>): Promise<Running> {
  const child = spawn(process.execPath, [script], {
    env: { PATH: process.env.PATH, ...variables },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stderr })) {
    said.push(line);
    const url = /webhooks go to (\S+)/.exec(line)?.[1];
    if (url !== undefined) return running(child, url);
  }
  throw new Error(`${script} ended: ${said.join('\n')}`);
}

function running(child: ChildProcess, url: string): Running {
  const ended = once(child, 'exit');
  return {
    url,
    memory() {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

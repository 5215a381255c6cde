import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { messageOf } from '../errors.ts';
import type { Step } from './steps.ts';

export interface StepExit {
  /** Exit code as a shell gives it: 128 + n after a signal, 127 when the command could not be started. */
  readonly code: number;
  /** In words, when it did not simply exit. */
  readonly reason: string | null;
}

/** How long what ignores an interrupt is left alone before it is killed (the runner's own grace, 7.5 s). */
const graceMs = 7_500;

/**
 * Runs steps, each in a process group of its own, so that everything a step started can be ended with it.
 * Background processes of a step live on for the next steps, as on a runner, and end with the suite.
 */
export class Children {
  readonly #groups = new Set<number>();
  readonly #environment: NodeJS.ProcessEnv;
  readonly #cwd: string;
  #running: ChildProcess | null = null;
  #interrupted = false;

  constructor(environment: NodeJS.ProcessEnv, cwd: string) {
    this.#environment = environment;
    this.#cwd = cwd;
  }

  run(step: Step): Promise<StepExit> {
    if (this.#interrupted) return Promise.resolve({ code: 130, reason: 'interrupted' });
    const [file, args] = commandLine(step);
    return new Promise((resolve) => {
      let child: ChildProcess;
      try {
        child = spawn(file, args, {
          cwd: this.#cwd,
          env: this.#environment,
          stdio: 'inherit',
          detached: process.platform !== 'win32',
        });
      } catch (thrown) {
        resolve({ code: 127, reason: `could not be started: ${messageOf(thrown)}` });
        return;
      }
      this.#running = child;
      if (child.pid !== undefined) this.#groups.add(child.pid);
      child.once('error', (error) => {
        resolve({ code: 127, reason: `could not be started: ${error.message}` });
      });
      child.once('exit', (code, signal) => {
        this.#running = null;
        if (signal === null) resolve({ code: code ?? 1, reason: null });
        else resolve({ code: 128 + constants.signals[signal], reason: `ended by ${signal}` });
      });
    });
  }

  /** Passes a signal on to everything that runs; what is still there after the grace period is killed. */
  interrupt(signal: NodeJS.Signals): void {
    this.#interrupted = true;
    for (const group of this.#groups) send(group, signal);
    const child = this.#running;
    if (child === null) return;
    const timer = setTimeout(() => this.end(), graceMs);
    child.once('exit', () => clearTimeout(timer));
  }

  /** Ends whatever the steps left running. */
  end(): void {
    for (const group of this.#groups) send(group, 'SIGKILL');
    this.#groups.clear();
  }
}

function commandLine(step: Step): [string, string[]] {
  if (step.argv !== null) return [step.argv[0] ?? '', step.argv.slice(1)];
  if (process.platform === 'win32') return ['cmd.exe', ['/d', '/s', '/c', step.run]];
  // as the runner starts `shell: bash`
  return ['bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step.run]];
}

function send(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(process.platform === 'win32' ? group : -group, signal);
  } catch {
    // the group is gone already
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { messageOf } from '../errors.ts';

/** A command to start: a shell's text, or words to start without a shell. */
export interface CommandLine {
  readonly run: string;
  readonly argv: readonly string[] | null;
  readonly env: Readonly<Record<string, string>>;
  /** Relative to the suite's own folder; null for that folder itself. */
  readonly workingDirectory: string | null;
  /** Null for no limit. */
  readonly timeoutMs: number | null;
}

export interface StepExit {
  /** Exit code as a shell gives it: 128 + n after a signal, 127 when it could not be started, 124 when it took too long. */
  readonly code: number;
  /** In words, when it did not simply exit. */
  readonly reason: string | null;
}

/** How long what ignores an interrupt is left alone before it is killed (the runner's own grace, 7.5 s). */
const graceMs = 7_500;
/** As timeout(1) of GNU coreutils answers. */
const timedOut = 124;

/**
 * Runs commands, each in a process group of its own, so that everything a step started can be ended with it.
 * Background processes of a step live on for the next steps, as on a runner, and end with the suite.
 */
export class Children {
  readonly #groups = new Set<number>();
  readonly #running = new Set<ChildProcess>();
  readonly #cwd: string;
  #interrupted = false;

  constructor(cwd: string) {
    this.#cwd = cwd;
  }

  /** `output` is a descriptor for what it writes; null lets it write to our own streams. */
  run(command: CommandLine, environment: NodeJS.ProcessEnv, output: number | null): Promise<StepExit> {
    if (this.#interrupted) return Promise.resolve({ code: 130, reason: 'interrupted' });
    const cwd = path.resolve(this.#cwd, command.workingDirectory ?? '.');
    if (!isFolder(cwd))
      return Promise.resolve({ code: 127, reason: `there is no folder ${command.workingDirectory ?? cwd}` });
    const [file, args] = commandLine(command);
    return new Promise((resolve) => {
      let child: ChildProcess;
      try {
        child = spawn(file, args, {
          cwd,
          env: { ...environment, ...command.env },
          stdio: output === null ? 'inherit' : ['ignore', output, output],
          detached: process.platform !== 'win32',
        });
      } catch (thrown) {
        resolve({ code: 127, reason: `could not be started: ${messageOf(thrown)}` });
        return;
      }
      this.#running.add(child);
      if (child.pid !== undefined) this.#groups.add(child.pid);
      const limit = this.#limit(child, command.timeoutMs);
      child.once('error', (error) => {
        limit.clear();
        this.#running.delete(child);
        resolve({ code: 127, reason: `could not be started: ${error.message}` });
      });
      child.once('exit', (code, signal) => {
        limit.clear();
        this.#running.delete(child);
        if (limit.passed()) resolve({ code: timedOut, reason: `took longer than ${minutes(command)}` });
        else if (signal === null) resolve({ code: code ?? 1, reason: null });
        else resolve({ code: 128 + constants.signals[signal], reason: `ended by ${signal}` });
      });
    });
  }

  /** Passes a signal on to everything that runs; what is still there after the grace period is killed. */
  interrupt(signal: NodeJS.Signals): void {
    this.#interrupted = true;
    for (const group of this.#groups) send(group, signal);
    for (const child of this.#running) {
      const timer = setTimeout(() => this.end(), graceMs);
      child.once('exit', () => clearTimeout(timer));
    }
  }

  /** Ends whatever the steps left running. */
  end(): void {
    for (const group of this.#groups) send(group, 'SIGKILL');
    this.#groups.clear();
  }

  /** Interrupts what takes too long, with everything that it started; kills it when it does not listen. */
  #limit(child: ChildProcess, milliseconds: number | null): { clear(): void; passed(): boolean } {
    const { pid } = child;
    let passed = false;
    let timer: NodeJS.Timeout | undefined;
    if (milliseconds !== null && pid !== undefined) {
      timer = setTimeout(() => {
        passed = true;
        send(pid, 'SIGINT');
        timer = setTimeout(() => send(pid, 'SIGKILL'), graceMs);
      }, milliseconds);
    }
    return { clear: () => clearTimeout(timer), passed: () => passed };
  }
}

function minutes({ timeoutMs }: CommandLine): string {
  const value = (timeoutMs ?? 0) / 60_000;
  return value === 1 ? '1 minute' : `${Number(value.toFixed(2))} minutes`;
}

function isFolder(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function commandLine(command: CommandLine): [string, string[]] {
  if (command.argv !== null) return [command.argv[0] ?? '', command.argv.slice(1)];
  if (process.platform === 'win32') return ['cmd.exe', ['/d', '/s', '/c', command.run]];
  // as the runner starts `shell: bash`
  return ['bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', command.run]];
}

function send(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(process.platform === 'win32' ? group : -group, signal);
  } catch {
    // the group is gone already
  }
}

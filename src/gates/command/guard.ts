import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { ExitCode, messageOf } from '../../errors.ts';
import { terminalLine } from '../../report/escape.ts';
import { askJudge, tellSettlement } from '../../sdk/client.ts';
import { originByTest } from './test-id.ts';

export interface GuardCommandOptions {
  /** The command and its arguments; run without a shell. */
  readonly argv: readonly string[];
  /** What rules know it by; `command` when absent. */
  readonly kind?: string | undefined;
  readonly target?: string | undefined;
  /** Whole environment of the command; JIT_APPROVAL_URL is read from it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Lines for people, without the newline; standard error in the command line tool. */
  readonly tell: (line: string) => void;
}

/** Exit codes of shells: found but not executable, and not found. */
const notExecutable = 126;
const notFound = 127;

/**
 * Asks whether the command may run, runs it with this process' own streams and signals, and gives its exit code
 * (128 + n where signal n ended it). Held: 75, denied: 77, without running it; nothing answers at
 * JIT_APPROVAL_URL: 78. Without that variable it runs, and says that nobody judged it.
 */
export async function guardCommand(options: GuardCommandOptions): Promise<number> {
  const [file] = options.argv;
  if (file === undefined || file === '') {
    say(options, 'expected a command after --, met nothing.');
    return ExitCode.usage;
  }
  const base = options.env.JIT_APPROVAL_URL;
  if (base === undefined || base === '') {
    say(options, 'JIT_APPROVAL_URL is not set: no suite runs here, so this runs unguarded.');
    return (await run(file, options)).code;
  }
  try {
    const answer = await askJudge(base, requestOf(options));
    if (answer.outcome !== 'allow') {
      for (const line of [answer.message, answer.detail, answer.hint]) {
        if (line !== '') say(options, line);
      }
      return answer.outcome === 'held' ? ExitCode.held : ExitCode.denied;
    }
    const start = performance.now();
    const { code, began } = await run(file, options);
    const settlement = !began ? 'void' : code === 0 ? 'completed' : 'failed';
    await tellSettlement(base, answer.ticket, settlement, performance.now() - start).catch((error: unknown) =>
      say(options, messageOf(error)),
    );
    return code;
  } catch (error) {
    say(options, messageOf(error));
    return ExitCode.policy;
  }
}

function requestOf({ argv, kind, target, cwd, env }: GuardCommandOptions): string {
  const origin = originByTest(env, cwd) ?? undefined;
  return JSON.stringify({ kind: 'command', name: kind, argv, cwd, target, origin });
}

/** Larger than any line of ours. */
const longestLine = 4000;

/** A line for a terminal or a job's log, of words that others may have written. */
function say({ tell }: GuardCommandOptions, line: string): void {
  tell(`jit-approval: ${terminalLine(line, longestLine)}`);
}

function run(file: string, options: GuardCommandOptions): Promise<{ code: number; began: boolean }> {
  return new Promise((resolve) => {
    // Listening begins before the command does: a signal in between would end us and leave it alone
    let child: ChildProcess | null = null;
    const stopPassing = passSignals((signal) => child?.kill(signal));
    child = spawn(file, options.argv.slice(1), { cwd: options.cwd, env: options.env, stdio: 'inherit' });
    child.once('error', (error) => {
      stopPassing();
      const missing = 'code' in error && error.code === 'ENOENT';
      say(options, `${file}: ${missing ? 'command not found' : messageOf(error)}`);
      resolve({ code: missing ? notFound : notExecutable, began: false });
    });
    child.once('exit', (code, signal) => {
      stopPassing();
      resolve({ code: code ?? 128 + (signal === null ? 0 : constants.signals[signal]), began: true });
    });
  });
}

/** On a terminal Ctrl-C and Ctrl-\ reach the whole foreground group by themselves; passed on they would come twice. */
const fromTerminal: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];
const passed: readonly NodeJS.Signals[] = [...fromTerminal, 'SIGTERM', 'SIGHUP', 'SIGUSR2', 'SIGCONT'];

function passSignals(pass: (signal: NodeJS.Signals) => void): () => void {
  const listeners = passed.map((signal) => {
    const listener = (): void => {
      if (!(process.stdin.isTTY && fromTerminal.includes(signal))) pass(signal);
    };
    process.on(signal, listener);
    return () => process.off(signal, listener);
  });
  return () => {
    for (const stop of listeners) stop();
  };
}

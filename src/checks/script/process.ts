import { spawn } from 'node:child_process';

export interface ProcessLimits {
  readonly timeoutMs: number;
  /** Of data that each of its processes may hold, in MiB. */
  readonly memoryMb: number;
}

/** How it ended: `problem` says in words why there is no answer. */
export type Ended =
  | { readonly problem: null; readonly stdout: string }
  | { readonly problem: string; readonly stdout: null };

const maximumOutput = 64 * 1024;
const shownOfStderr = 500;

/**
 * Runs a program in a process group of its own with nothing but the given environment. Whatever it started is
 * ended with it. The memory limit is the kernel's (`ulimit -d`), so that it holds for any language.
 */
export function runProcess(
  command: { readonly file: string; readonly args: readonly string[] },
  cwd: string,
  environment: Readonly<Record<string, string>>,
  input: string,
  limits: ProcessLimits,
): Promise<Ended> {
  const { promise, resolve } = Promise.withResolvers<Ended>();
  const windows = process.platform === 'win32';
  // shells set some variables of their own
  const own = ['PWD', 'OLDPWD', 'SHLVL', '_'].filter((name) => !Object.hasOwn(environment, name));
  const limited = `unset ${own.join(' ')}; ulimit -d ${limits.memoryMb * 1024} || exit 126; exec "$@"`;
  const [file, args] = windows
    ? [command.file, [...command.args]]
    : ['/bin/sh', ['-c', limited, 'sh', command.file, ...command.args]];
  const child = spawn(file, args, {
    cwd,
    env: { ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: !windows,
  });
  const stdout: Buffer[] = [];
  let [size, stderr, over] = [0, '', false];
  const end = (ended: Ended): void => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    kill(child.pid, windows);
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
    resolve(ended);
  };
  const fail = (problem: string): void => {
    const said = stderr.trim();
    end({ problem: said === '' ? problem : `${problem}; it said: ${said}`, stdout: null });
  };
  const timer = setTimeout(() => fail(`it ran longer than ${limits.timeoutMs} ms`), limits.timeoutMs);
  child.stdout.on('data', (chunk: Buffer) => {
    stdout.push(chunk);
    size += chunk.length;
    if (size > maximumOutput) fail(`it wrote more than ${maximumOutput} bytes`);
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr = `${stderr}${chunk}`.slice(-shownOfStderr);
  });
  // a script that does not read its input closes the pipe
  child.stdin.on('error', () => {}).end(input);
  child.on('error', (error) => fail(`it could not be started: ${error.message}`));
  child.on('exit', (code, signal) => {
    // what it left in the background would keep its output open
    kill(child.pid, windows);
    child.once('close', () => {
      if (signal !== null) fail(`it was ended by ${signal}`);
      else if (code !== 0) fail(`it ended with exit code ${code}`);
      else end({ problem: null, stdout: Buffer.concat(stdout).toString('utf8') });
    });
  });
  return promise;
}

function kill(pid: number | undefined, windows: boolean): void {
  if (pid === undefined) return;
  try {
    process.kill(windows ? pid : -pid, 'SIGKILL');
  } catch {
    // it is gone already
  }
}

import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

export interface ProcessRequest {
  readonly command: string;
  readonly arguments: readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly onLine: (line: string) => void;
  /** Told the process id, which is also the id of its session. */
  readonly onStart: (pid: number) => void;
  readonly signal: AbortSignal;
  readonly grace: { readonly interrupt: number; readonly terminate: number };
}

/** Milliseconds without output after which a finished process is taken as drained: its children may hold the pipe. */
const drainQuiet = 200;

function readLines(stream: Readable, onLine: (line: string) => void): { readonly flush: () => void } {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  stream.on('data', (chunk: Buffer) => {
    const lines = (rest + decoder.write(chunk)).split(/\r?\n/);
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
  const flush = (): void => {
    const last = rest + decoder.end();
    rest = '';
    if (last !== '') onLine(last);
  };
  return { flush };
}

/** Resolves when the pipes are closed, or quiet for a moment after the process is gone. */
function drained(streams: readonly Readable[]): Promise<void> {
  return new Promise((resolve) => {
    let open = streams.filter((stream) => !stream.closed).length;
    let met = 0;
    // time alone says nothing where this process was busy: what waits in the pipes is read before the immediate
    const timer = setTimeout(() => {
      const before = met;
      setImmediate(() => (met === before ? done() : timer.refresh()));
    }, drainQuiet);
    function done(): void {
      clearTimeout(timer);
      for (const stream of streams) stream.destroy();
      resolve();
    }
    if (open === 0) done();
    for (const stream of streams) {
      stream.on('data', () => {
        met++;
        timer.refresh();
      });
      stream.once('close', () => {
        open--;
        if (open === 0) done();
      });
    }
  });
}

/**
 * Runs a process in a session of its own and resolves with its exit code (128 + n when signal n ended it). When
 * cancelled, the process gets SIGINT, then SIGTERM, then its whole group SIGKILL. Like GitHub's runner this
 * signals the entry process only, not its children. Rejects when it cannot be started.
 */
export function runProcess(request: ProcessRequest): Promise<number> {
  const { signal, grace } = request;
  return new Promise((resolve, reject) => {
    const child = spawn(request.command, request.arguments, {
      cwd: request.folder,
      env: request.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const readers = [readLines(child.stdout, request.onLine), readLines(child.stderr, request.onLine)];
    let timer: NodeJS.Timeout | undefined;
    const killGroup = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // Gone already.
      }
    };
    const cancel = (): void => {
      child.kill('SIGINT');
      timer = setTimeout(() => {
        child.kill('SIGTERM');
        timer = setTimeout(killGroup, grace.terminate);
      }, grace.interrupt);
    };
    child.once('error', reject);
    child.once('spawn', () => {
      if (child.pid !== undefined) request.onStart(child.pid);
      if (signal.aborted) cancel();
      else signal.addEventListener('abort', cancel, { once: true });
    });
    child.once('exit', async (code, by) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', cancel);
      await drained([child.stdout, child.stderr]);
      for (const reader of readers) reader.flush();
      resolve(code ?? 128 + signalNumber(by));
    });
  });
}

function signalNumber(name: NodeJS.Signals | null): number {
  return name === null ? 0 : constants.signals[name];
}

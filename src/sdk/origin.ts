import { fileURLToPath } from 'node:url';

/** One line of a stack trace: `at name (file:///x.ts:3:5)` or `at /x.js:3:5`. */
const frame = /(?:\(|at (?:async )?)((?:file:\/\/|\/|[A-Za-z]:[\\/])[^()]*):(\d+):\d+\)?$/;

/** The file (absolute) and line of whoever called `below`, by the stack; null where no file is in it. */
export function callerOf(below: (...args: never[]) => unknown): { file: string; line: number } | null {
  const holder: { stack?: string } = {};
  const limit = Error.stackTraceLimit;
  // Libraries between the suite and guard() are skipped below; ten frames may be theirs
  Error.stackTraceLimit = 50;
  Error.captureStackTrace(holder, below);
  const lines = String(holder.stack).split('\n');
  Error.stackTraceLimit = limit;
  for (const line of lines) {
    const match = frame.exec(line.trimEnd());
    if (match === null || /[\\/]node_modules[\\/]/.test(match[1] ?? '')) continue;
    const path = match[1] ?? '';
    return { file: path.startsWith('file://') ? fileURLToPath(path) : path, line: Number(match[2]) };
  }
  return null;
}

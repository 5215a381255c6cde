import { fileURLToPath } from 'node:url';

/** A file (absolute) and a line of it. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** One line of a stack trace: `at name (file:///x.ts:3:5)` or `at /x.js:3:5`. Paths may hold parentheses. */
const frame = /^\s*at (?:.+? \()?(?:async )?((?:file:\/\/|\/|[A-Za-z]:[\\/]).*):(\d+):\d+\)?$/;

/** The file (absolute) and line of whoever called `below`, by the stack; null where no file is in it. */
export function callerOf(below: (...args: never[]) => unknown): Place | null {
  return placesAbove(below)[0] ?? null;
}

/** Everything above `below` (or the caller) that is not in node_modules, the nearest first. */
export function placesAbove(below?: (...args: never[]) => unknown): Place[] {
  const holder: { stack?: string } = {};
  const limit = Error.stackTraceLimit;
  // Libraries between the suite and guard() are skipped below; ten frames may be theirs
  Error.stackTraceLimit = 50;
  Error.captureStackTrace(holder, below);
  const { stack } = holder;
  Error.stackTraceLimit = limit;
  return placesIn(String(stack));
}

/** The places of a stack as text, without those in node_modules and without code that was made by `eval`. */
export function placesIn(stack: string): Place[] {
  return stack.split('\n').flatMap((line) => {
    const match = frame.exec(line.trimEnd());
    const path = match?.[1] ?? '';
    if (match === null || path.includes('), ') || /[\\/]node_modules[\\/]/.test(path)) return [];
    return [{ file: path.startsWith('file://') ? fileURLToPath(path) : path, line: Number(match[2]) }];
  });
}

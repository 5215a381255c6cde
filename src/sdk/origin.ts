import { fileURLToPath } from 'node:url';

/** A file (absolute) and a line of it. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** One line of a stack trace: `at name (file:///x.ts:3:5)` or `at /x.js:3:5`. Paths may hold parentheses. */
const frame = /^\s*at (?:.+? \()?(?:async )?((?:file:\/\/|\/|[A-Za-z]:[\\/]).*):(\d+):\d+\)?$/;

/** The file (absolute) and line of whoever called `below`, by the stack; null where no file is in it. */
export function callerOf(below: Below): Place | null {
  return placesAbove(below)[0] ?? null;
}

/** Everything above `below` (or the caller) that is not in node_modules, the nearest first. */
export function placesAbove(below?: Below): readonly Place[] {
  const key = captured(below ?? placesAbove, keyOf);
  const known = placesByStack.get(key);
  if (known !== undefined) return known;
  const places = placesIn(String(captured(below ?? placesAbove)));
  if (placesByStack.size >= mostStacks) placesByStack.clear();
  placesByStack.set(key, places);
  return places;
}

type Below = (...args: never[]) => unknown;

/**
 * What a stack says once it is written as text, where source maps, or whoever else prepares stacks, have their say.
 * That takes five times as long as to see that it is the stack of before, and tests call from few places many times.
 */
const placesByStack = new Map<string, readonly Place[]>();
const mostStacks = 2000;

/** The stack above `below`, by `prepare` or as Node itself gives it. */
function captured<T>(below: Below, prepare: (error: unknown, sites: NodeJS.CallSite[]) => T): T;
function captured(below: Below): unknown;
function captured(below: Below, prepare?: typeof Error.prepareStackTrace): unknown {
  const holder: { stack?: unknown } = {};
  const { stackTraceLimit, prepareStackTrace } = Error;
  // Libraries between the suite and guard() are skipped below; ten frames may be theirs
  Error.stackTraceLimit = 50;
  if (prepare !== undefined) Error.prepareStackTrace = prepare;
  try {
    Error.captureStackTrace(holder, below);
    return holder.stack;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    Error.prepareStackTrace = prepareStackTrace;
  }
}

function keyOf(_: unknown, sites: readonly NodeJS.CallSite[]): string {
  return sites.map((site) => `${site.getScriptNameOrSourceURL()}:${site.getPosition()}`).join('\n');
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

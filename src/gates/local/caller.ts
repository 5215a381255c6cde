import { isAbsolute, relative, resolve, sep } from 'node:path';
import type { CallAction, CommandAction, Origin, Target } from '../../policy/action.ts';
import { longestOrigin, mostLines } from '../../protocol/origin.ts';
import type { JudgeRequest } from './messages.ts';

/** The runtime action of a request. Paths become relative to the repository, by each of its names, so that they mean the same anywhere. */
export function localAction(
  request: JudgeRequest,
  roots: readonly [string, ...string[]],
  targetFor: (kind: 'command' | 'call', name: string | null) => Target,
): CallAction | CommandAction {
  const target = targetFor(request.kind, request.target ?? null);
  const cwd = resolve(roots[0], request.cwd ?? '.');
  const origin = originIn(roots, cwd, request.origin);
  if (request.kind === 'command') {
    const name = request.name ?? 'command';
    return { kind: 'command', target, origin, name, argv: request.argv, cwd: within(roots, cwd) ?? cwd };
  }
  const params =
    request.unreadable === undefined
      ? ({ known: true, value: request.params ?? null } as const)
      : ({ known: false, why: request.unreadable } as const);
  return { kind: 'call', target, origin, name: request.name, params };
}

/** Null for a file outside the repository, and for what no report takes: there is no line to annotate. */
function originIn(roots: readonly string[], cwd: string, given: Origin | undefined): Origin | null {
  if (given === undefined) return null;
  const file = within(roots, resolve(cwd, given.file));
  if (file === null || file.length > longestOrigin || given.line > mostLines) return null;
  return { file, line: given.line };
}

function within(roots: readonly string[], path: string): string | null {
  const way = roots
    .map((root) => relative(root, path))
    .find((each) => each !== '..' && !each.startsWith(`..${sep}`) && !isAbsolute(each));
  if (way === undefined) return null;
  return way === '' ? '.' : way.split(sep).join('/');
}

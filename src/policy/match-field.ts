import { messageOf } from '../errors.ts';
import type { ActionKind } from './action.ts';
import type { Leaning, Unit } from './match.ts';
import { compilePattern, type Pattern, type PatternKind, plainNames } from './pattern.ts';
import { type Answer, no, yes } from './three-valued.ts';

/** Told of a pattern that cannot be compiled, with its place in the matcher. */
export type PatternFault = (path: string[], why: string) => void;

/** One field of a matcher. */
export type Field = (unit: Unit, leaning: Leaning) => Answer;

export type Globs = string | readonly string[] | undefined;

/** Compiles one or several patterns, each alone; null when none is given. */
export function compileEach<T>(
  globs: Globs,
  compile: (glob: string) => T,
  path: string[],
  fault: PatternFault,
): readonly T[] | null {
  if (globs === undefined) return null;
  return (typeof globs === 'string' ? [globs] : globs).flatMap((glob) => {
    try {
      return [compile(glob)];
    } catch (thrown) {
      fault(path, `"${glob}" is no pattern: ${messageOf(thrown)}`);
      return [];
    }
  });
}

/** Whether any of the patterns fits; null when none is given. */
export function patternsOf(
  globs: Globs,
  kind: PatternKind,
  path: string[],
  fault: PatternFault,
): Pattern | null {
  const compiled = compileEach(globs, (glob) => compilePattern(glob, kind), path, fault);
  return compiled === null ? null : (text) => compiled.some((pattern) => pattern(text));
}

/** The action's own name, or its target's. */
export function nameField(
  field: 'name' | 'target',
  globs: Globs,
  fault: PatternFault,
  kind: ActionKind,
): Field[] {
  const pattern = patternsOf(globs, plainNames, [kind, field], fault);
  if (pattern === null) return [];
  return [
    ({ action }) => {
      const own = 'name' in action ? action.name : '';
      const value = field === 'target' ? action.target.name : own;
      return pattern(value) ? yes(`${field} ${value}`) : no(`${field} is ${value}`);
    },
  ];
}

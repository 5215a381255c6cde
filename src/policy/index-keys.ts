import type { Unit } from './match.ts';
import { pathReadings } from './match-http.ts';
import type { MatcherSpec } from './schema/rules.ts';
import { every } from './sql/tree.ts';

/**
 * What a matcher demands of one property of a runtime action. `keys`: one of these words, exactly; null when a
 * pattern stands among them. `frames`: then the text must at least begin and end so; null when nothing is sure.
 */
export interface Demand {
  readonly keys: readonly string[] | null;
  readonly frames: readonly Frame[] | null;
}

interface Frame {
  readonly start: string;
  readonly end: string;
}

/** Values that a runtime action has of a property, or null when it may have any. */
export type Values = readonly string[] | null;

/** A matcher's demands in a fixed order for each kind; `valuesOf` gives the values in the same order. */
export function demandsOf(spec: MatcherSpec): readonly Demand[] {
  if ('sql' in spec) {
    const { target, operation, table } = spec.sql;
    return [demand(target, plain), demand(operation, plain), demand(table, tableName)];
  }
  if ('http' in spec) {
    const { target, method, host, path } = spec.http;
    return [demand(target, plain), demand(method, lower), demand(host, lower), demand(path, pathGlob)];
  }
  if ('command' in spec) return [demand(spec.command.name, plain)];
  return [demand(spec.call.target, plain), demand(spec.call.name, plain)];
}

export function valuesOf({ action, operation }: Unit): readonly Values[] {
  switch (action.kind) {
    case 'sql': {
      // the rest of a statement that is not understood may be any operation on any table
      if (operation === null) return [[action.target.name], null, null];
      const names = operation.tables.map((table) => table.name);
      return [[action.target.name], [operation.operation], names.includes(every) ? null : names];
    }
    case 'http': {
      const paths = pathReadings(action.path);
      return [
        [action.target.name],
        action.method.known ? caseless(action.method.value) : null,
        caseless(action.host.replace(/\.$/, '')),
        paths.known ? paths.value : null,
      ];
    }
    case 'command':
      return [[action.name]];
    case 'call':
      return [[action.target.name], [action.name]];
  }
}

/** Without regard to case RE2 takes letters beyond ASCII for one another (`ſ` is `s`): such a text may fit anything. */
function caseless(text: string): Values {
  return /^[\x20-\x7e]*$/.test(text) ? [text.toLowerCase()] : null;
}

/** What is sure of one glob: the whole text, or how it begins and ends. Null when nothing is. */
type Reading = (glob: string) => { readonly key: string } | Frame | null;

function demand(globs: string | readonly string[] | undefined, read: Reading): Demand {
  if (globs === undefined) return { keys: null, frames: null };
  const readings = (typeof globs === 'string' ? [globs] : globs).map(read);
  const keys = readings.flatMap((one) => (one !== null && 'key' in one ? [one.key] : []));
  if (keys.length === readings.length) return { keys: [...new Set(keys)], frames: null };
  const frames = readings.flatMap((one): Frame[] => {
    if (one === null) return [];
    return 'key' in one ? [{ start: one.key, end: '' }] : [one];
  });
  return { keys: null, frames: frames.length === readings.length ? frames : null };
}

/** Signs that mean themselves in every glob. */
const literalStart = /^[A-Za-z0-9_.:-]*/;
const literalEnd = /[A-Za-z0-9_.:-]*$/;
const pathStart = /^[A-Za-z0-9_.:/-]*/;

function plain(glob: string): ReturnType<Reading> {
  return framed(glob, literalStart);
}

function lower(glob: string): ReturnType<Reading> {
  return /^[\x20-\x7e]*$/.test(glob) ? framed(glob.toLowerCase(), literalStart) : null;
}

function pathGlob(glob: string): ReturnType<Reading> {
  const found = framed(glob, pathStart);
  // `/a/**` fits /a too
  return found === null || 'key' in found ? found : { ...found, start: found.start.replace(/\/+$/, '') };
}

/** The name without its schema, which PostgreSQL folds; a quoted name is left to the matcher. */
function tableName(glob: string): ReturnType<Reading> {
  const name = /^(?:[^".\\[\]{}]+\.)?([^".\\[\]{}]+)$/.exec(glob)?.[1];
  return name === undefined
    ? null
    : framed(
        name.replace(/[A-Z]/g, (letter) => letter.toLowerCase()),
        literalStart,
      );
}

function framed(glob: string, literal: RegExp): ReturnType<Reading> {
  const start = literal.exec(glob)?.[0] ?? '';
  if (start === glob) return { key: glob };
  const end = literalEnd.exec(glob)?.[0] ?? '';
  return start === '' && end === '' ? null : { start, end };
}

/** False only when the matcher is sure to say no. Allocates nothing. */
export function mayMeet(demands: readonly Demand[], values: readonly Values[]): boolean {
  for (let at = 0; at < demands.length; at++) {
    const frames = demands[at]?.frames ?? null;
    const met = values[at] ?? null;
    if (frames !== null && met !== null && !anyFits(met, frames)) return false;
  }
  return true;
}

function anyFits(values: readonly string[], frames: readonly Frame[]): boolean {
  for (const value of values) {
    for (const { start, end } of frames) if (value.startsWith(start) && value.endsWith(end)) return true;
  }
  return false;
}

import type { Unit } from './match.ts';
import { pathReadings } from './match-http.ts';
import type { MatcherSpec } from './schema/rules.ts';
import { every } from './sql/tree.ts';

/**
 * What a matcher demands of one property of a runtime action: that it is one of these words, begins or ends with
 * one of them. `any`: nothing that an index could use.
 */
export interface Demand {
  readonly by: Way | 'any';
  readonly words: readonly string[];
}
export type Way = 'word' | 'start' | 'end';

export const nothingSure: Demand = { by: 'any', words: [] };

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

/** What is sure of one glob: how it begins and ends, and whether that is all. Null when nothing is. */
interface Frame {
  readonly start: string;
  readonly end: string;
  readonly whole: boolean;
}
type Reading = (glob: string) => Frame | null;

function demand(globs: string | readonly string[] | undefined, read: Reading): Demand {
  const given = typeof globs === 'string' ? [globs] : (globs ?? []);
  const frames = given.map(read).filter((frame) => frame !== null);
  if (frames.length < given.length || given.length === 0) return nothingSure;
  if (frames.every((frame) => frame.whole)) return demanded('word', frames, 'start');
  if (frames.every((frame) => frame.start !== '')) return demanded('start', frames, 'start');
  return frames.every((frame) => frame.end !== '') ? demanded('end', frames, 'end') : nothingSure;
}

function demanded(by: Way, frames: readonly Frame[], part: 'start' | 'end'): Demand {
  return { by, words: [...new Set(frames.map((frame) => frame[part]))] };
}

/** Signs that mean themselves in every glob. */
const literalStart = /^[A-Za-z0-9_.:-]*/;
const literalEnd = /[A-Za-z0-9_.:-]*$/;
const pathStart = /^[A-Za-z0-9_.:/-]*/;

function plain(glob: string): Frame | null {
  return framed(glob, literalStart);
}

function lower(glob: string): Frame | null {
  return /^[\x20-\x7e]*$/.test(glob) ? framed(glob.toLowerCase(), literalStart) : null;
}

function pathGlob(glob: string): Frame | null {
  const found = framed(glob, pathStart);
  // `/a/**` fits /a too
  return found === null || found.whole ? found : { ...found, start: found.start.replace(/\/+$/, '') };
}

/** The name without its schema, which PostgreSQL folds; a quoted name is left to the matcher. */
function tableName(glob: string): Frame | null {
  const name = /^(?:[^".\\[\]{}]+\.)?([^".\\[\]{}]+)$/.exec(glob)?.[1];
  if (name === undefined) return null;
  return framed(
    name.replace(/[A-Z]/g, (letter) => letter.toLowerCase()),
    literalStart,
  );
}

function framed(glob: string, literal: RegExp): Frame | null {
  const start = literal.exec(glob)?.[0] ?? '';
  if (start === glob) return { start, end: start, whole: true };
  return { start, end: literalEnd.exec(glob)?.[0] ?? '', whole: false };
}

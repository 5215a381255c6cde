import type { SqlHole } from '../action.ts';
import type { SqlToken } from './parser.ts';
import type { Source } from './source.ts';
import type { Walk } from './walk.ts';

/**
 * Shape and holes: every token of the text but comments, cut at constants and parameters. Keywords and plain
 * names are lower-cased, as PostgreSQL folds them; white space is one space, or none beside punctuation.
 */
export function shapeOf(source: Source, walk: Walk): { shape: string[]; holes: SqlHole[] } {
  const shape = [''];
  const holes: SqlHole[] = [];
  const names = new Names();
  source.tokens.forEach((token, index) => {
    const before = source.tokens[index - 1];
    const space = before !== undefined && separated(before, token) ? ' ' : '';
    shape[shape.length - 1] += space + written(token);
    if (!isHole(token)) return;
    const column = lookUp(walk.data, source, index);
    holes.push({
      name: names.take(column ?? `$${holes.length + 1}`),
      selects: column === undefined,
      value: holeValue(token, lookUp(walk.constants, source, index)),
    });
    shape.push('');
  });
  return { shape, holes };
}

/** What is known of a constant, which PostgreSQL places at its minus sign, where it has one. */
function lookUp(known: ReadonlyMap<number, string>, source: Source, index: number): string | undefined {
  for (let at = index; at >= 0; at--) {
    const token = source.tokens[at];
    if (token === undefined || (at < index && token.text !== '-' && token.text !== '(')) return undefined;
    const found = known.get(token.start);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isHole(token: SqlToken): boolean {
  return ['number', 'string', 'unicode-string', 'bits', 'parameter'].includes(token.kind);
}

/** What stands in the shape: of a hole only the mark that tells how its text is to be read. */
function written(token: SqlToken): string {
  switch (token.kind) {
    case 'keyword':
      return token.text.toLowerCase();
    case 'identifier':
      return /^(u&)?"/i.test(token.text) ? token.text : fold(token.text);
    case 'bits':
      return `${token.text.slice(0, 1).toLowerCase()}'`;
    case 'operator':
      return token.text;
    default:
      return '';
  }
}

/** PostgreSQL folds ASCII letters; others only under single-byte encodings. */
function fold(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function holeValue(token: SqlToken, decoded: string | undefined): SqlHole['value'] {
  if (token.kind === 'parameter') return { from: 'parameter', number: Number(token.text.slice(1)) };
  if (token.kind === 'number') return { from: 'literal', type: 'number', text: token.text };
  if (token.kind === 'bits') return { from: 'literal', type: 'string', text: token.text.slice(2, -1) };
  // what the tree does not decode (a comment's text, a password) stays as it is written, quotes included
  return { from: 'literal', type: 'string', text: decoded ?? token.text };
}

const openers = new Set(['(', '[', '.']);
const closers = new Set([')', ']', ',', ';', '.']);

/** These are tokens by themselves wherever they stand, so that a space less never joins two tokens. */
function separated(before: SqlToken, token: SqlToken): boolean {
  if (before.kind === 'operator' && openers.has(before.text)) return false;
  if (token.kind === 'operator' && closers.has(token.text)) return false;
  return !(token.text === '(' && before.kind === 'identifier');
}

/** Names of holes, each once. */
class Names {
  readonly #taken = new Set<string>();
  /** The number to try next: an INSERT of thousands of rows asks for one name as often. */
  readonly #next = new Map<string, number>();

  take(wanted: string): string {
    let name = wanted;
    let next = this.#next.get(wanted) ?? 2;
    for (; this.#taken.has(name); next++) name = `${wanted}[${next}]`;
    this.#next.set(wanted, next);
    this.#taken.add(name);
    return name;
  }
}

import type { ActionKind } from './action.ts';

/** One part of a unique key. */
export type KeyPart =
  | { readonly part: 'column'; readonly column: string; readonly lower: boolean }
  | { readonly part: 'field'; readonly path: readonly string[]; readonly lower: boolean };

const identifier = String.raw`(?:"(?:[^"]|"")+"|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)`;
const column = new RegExp(`^${identifier}$`);
const field = /^[A-Za-z_][\w-]*(?:\.[\w-]+)*$/;

/** What the key of each kind is made of, and how it is written. */
const roots: Readonly<Record<ActionKind, readonly string[]>> = {
  sql: [],
  http: ['body', 'query', 'path'],
  call: ['params'],
  command: [],
};

/** Reads `email`, `lower(email)`, `body.email`. Throws an Error with what is allowed instead. */
export function keyPart(text: string, kind: ActionKind): KeyPart {
  const folded = /^lower\((.*)\)$/is.exec(text.trim());
  const inner = (folded?.[1] ?? text).trim();
  const lower = folded !== null;
  if (kind === 'command') throw new Error('a command has no fields that a key could be made of');
  if (kind === 'sql') {
    if (!column.test(inner)) throw new Error('a column, or lower(column)');
    return { part: 'column', column: unquoted(inner), lower };
  }
  const path = inner.split('.');
  const known = roots[kind];
  if (!field.test(inner) || !known.includes(path[0] ?? '')) {
    const examples = known.map((root) => (root === 'path' ? root : `${root}.name`)).join(', ');
    throw new Error(`${examples}, or lower(…) of one`);
  }
  return { part: 'field', path, lower };
}

/** Names fold as PostgreSQL folds them: ASCII letters, unless quoted. */
function unquoted(name: string): string {
  if (name.startsWith('"')) return name.slice(1, -1).replaceAll('""', '"');
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

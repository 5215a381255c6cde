import type { TableName } from './action.ts';
import { compilePattern, type Pattern, plainNames } from './pattern.ts';
import { every } from './sql/tree.ts';

/** A pattern for names of SQL: `schema.name` or `name`, folded as PostgreSQL folds names. */
export interface NamePattern {
  readonly schema: Pattern | null;
  readonly name: Pattern;
  /** Whether every name of a schema fits. */
  readonly everyName: boolean;
}

/** One part of a name: quoted it stands for itself, else it is a glob without regard to case. */
const part = String.raw`"(?:[^"]|"")+"|(?:\\.|[^."\\])+`;
const whole = new RegExp(`^(?:(${part})\\.)?(${part})$`, 's');

/** Throws an Error with the reason for a pattern that means nothing. */
export function compileName(glob: string): NamePattern {
  const met = whole.exec(glob);
  if (met?.[2] === undefined) throw new Error('expected name or schema.name, with "…" around unusual names');
  return {
    schema: met[1] === undefined ? null : compilePart(met[1]),
    name: compilePart(met[2]),
    everyName: /^\*+$/.test(met[2]),
  };
}

function compilePart(text: string): Pattern {
  if (text.startsWith('"')) {
    const exact = text.slice(1, -1).replaceAll('""', '"');
    return (name) => name === exact;
  }
  return compilePattern(
    text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()),
    plainNames,
  );
}

/** Every reading that fits: a name without a schema may be in any, a pattern without one means any. */
export function mayFit(pattern: NamePattern, name: TableName): boolean {
  const schema = name.schema === null || pattern.schema === null || pattern.schema(name.schema);
  return schema && (name.name === every || pattern.name(name.name));
}

/**
 * Only what is certain, of a resolved name: a pattern without a schema means `public`, and all relations of a
 * schema fit only a pattern for all of them.
 */
export function surelyFits(pattern: NamePattern, name: TableName): boolean {
  if (name.schema === null) return false;
  const schema = pattern.schema === null ? name.schema === 'public' : pattern.schema(name.schema);
  return schema && (name.name === every ? pattern.everyName : pattern.name(name.name));
}

/** A name as people write it. */
export function fullName({ schema, name }: TableName): string {
  return schema === null ? name : `${schema}.${name}`;
}

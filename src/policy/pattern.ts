import { RE2JS } from 're2js';
import { JitError } from '../errors.ts';

/** A compiled glob: whether the whole text fits. */
export type Pattern = (text: string) => boolean;

/** How names of a kind are compared: whether `/` separates, and whether case counts. */
export interface PatternKind {
  readonly segments: boolean;
  readonly ignoreCase: boolean;
}

/** Signs that other globs give a meaning which these do not have: refused, not guessed. */
const unsupported = /[()|]|^!/;

/**
 * Compiles one glob: `*` is any text (but no `/` where that separates), `**` any text, `?` one character,
 * `[a-z]` one of a set, `{a,b}` either, and `\` takes a sign as it is. Everything else stands for itself.
 * It runs on RE2 in linear time, because the text comes from whoever wrote the code under test. Throws a
 * JitError with the reason for a glob that means nothing.
 */
export function compilePattern(glob: string, kind: PatternKind): Pattern {
  const sign = unsupported.exec(glob);
  if (sign !== null) {
    throw fault(`"${sign[0]}" has no meaning in a pattern; use *, **, ?, [a-z], {a,b} and \\ before a sign`);
  }
  const plain = plainPattern(glob, kind);
  if (plain !== null) return plain;
  const expression = new Translation(glob, kind.segments).expression();
  const compiled = RE2JS.compile(expression, RE2JS.DOTALL | (kind.ignoreCase ? RE2JS.CASE_INSENSITIVE : 0));
  return (text) => compiled.matches(text);
}

/** Most globs are a plain word or a star: these need no expression. Null for every other. */
function plainPattern(glob: string, { segments, ignoreCase }: PatternKind): Pattern | null {
  if (glob === '**' || (glob === '*' && !segments)) return () => true;
  // without case a letter beyond ASCII may be an ASCII one's other form
  if (/[*?[\]{}\\]/.test(glob) || ignoreCase || !glob.isWellFormed()) return null;
  return (text) => text === glob;
}

/** Reads a glob from left to right and writes the regular expression. */
class Translation {
  readonly #glob: string;
  readonly #segments: boolean;
  #at = 0;

  constructor(glob: string, segments: boolean) {
    this.#glob = glob;
    this.#segments = segments;
  }

  expression(): string {
    const whole = this.#sequence('');
    if (this.#at < this.#glob.length) throw fault(`"${this.#glob[this.#at]}" closes nothing`);
    return whole;
  }

  /** Up to one of the signs in `until`, which is left to be read. */
  #sequence(until: string): string {
    let found = '';
    while (this.#at < this.#glob.length && !until.includes(this.#glob.charAt(this.#at))) {
      const sign = this.#glob.charAt(this.#at);
      if (sign === '}' || sign === ']') break;
      found += this.#stars() ?? this.#one(sign);
    }
    return found;
  }

  #stars(): string | null {
    const rest = this.#glob.slice(this.#at);
    if (!this.#segments) return this.#take(/^\*+/.exec(rest), '.*');
    return (
      // `a/**/b` fits a/b too, and `a/**` fits a
      this.#take(/^\/\*\*(?=\/)/.exec(rest), '(?:/.*)?') ??
      this.#take(/^\/\*\*$/.exec(rest), '(?:/.*)?') ??
      this.#take(/^\*\*+/.exec(rest), '.*') ??
      this.#take(/^\*/.exec(rest), '[^/]*')
    );
  }

  #take(met: RegExpExecArray | null, expression: string): string | null {
    if (met === null) return null;
    this.#at += met[0].length;
    return expression;
  }

  #one(sign: string): string {
    this.#at += 1;
    if (sign === '?') return this.#segments ? '[^/]' : '.';
    if (sign === '[') return this.#set();
    if (sign === '{') return this.#alternatives();
    return RE2JS.quote(sign === '\\' ? this.#escaped() : this.#character(sign));
  }

  /** The rest of a character of two UTF-16 units. */
  #character(first: string): string {
    const whole = String.fromCodePoint(this.#glob.codePointAt(this.#at - 1) ?? 0);
    this.#at += whole.length - 1;
    return whole.length > 1 ? whole : first;
  }

  #escaped(): string {
    const next = this.#glob.charAt(this.#at);
    if (next === '') throw fault('it ends in "\\"');
    this.#at += 1;
    return this.#character(next);
  }

  #set(): string {
    const met = /^(\^?)([^\]\\[]+)\]/.exec(this.#glob.slice(this.#at));
    if (met?.[2] === undefined) throw fault('"[" is not closed by "]", or holds nothing');
    this.#at += met[0].length;
    const members = met[2].replace(/[\^&~]/g, (letter) => `\\${letter}`);
    const set = `[${met[1]}${members}]`;
    try {
      RE2JS.compile(set);
    } catch (cause) {
      throw new JitError('PATTERN', `"[${met[1]}${met[2]}]" is no set of characters`, { cause });
    }
    return set;
  }

  #alternatives(): string {
    const branches = [this.#sequence(',}')];
    while (this.#glob[this.#at] === ',') {
      this.#at += 1;
      branches.push(this.#sequence(',}'));
    }
    if (this.#glob[this.#at] !== '}') throw fault('"{" is not closed by "}"');
    this.#at += 1;
    return `(?:${branches.join('|')})`;
  }
}

function fault(why: string): JitError<'PATTERN'> {
  return new JitError('PATTERN', why);
}

export const plainNames: PatternKind = { segments: false, ignoreCase: false };
export const hostNames: PatternKind = { segments: false, ignoreCase: true };
export const httpPaths: PatternKind = { segments: true, ignoreCase: false };

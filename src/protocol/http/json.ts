import { type Json, JsonNumber, type Known } from '../../policy/action.ts';

/** Deep enough for any API's documents; bounds the recursion of everything that walks the value. */
export const maxJsonDepth = 64;

/**
 * Strict JSON (RFC 8259) without JSON.parse's losses: numbers keep their source text, a key that stands twice
 * makes the document unknown (servers differ in which one they take), `__proto__` is a key like any other, and
 * lone surrogates are unknown, since every one of them hashes alike.
 */
export function parseJson(text: string): Known<Json> {
  const parser = new Parser(text);
  try {
    return { known: true, value: parser.document() };
  } catch (error) {
    if (error instanceof JsonProblem) return { known: false, why: error.message };
    throw error;
  }
}

class JsonProblem extends Error {}

const space = /[ \t\n\r]*/y;
const number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const words = new Map<string, Json>([
  ['t', true],
  ['f', false],
  ['n', null],
]);

class Parser {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): Json {
    const value = this.#value();
    this.#take(space);
    if (this.#at < this.#text.length) throw this.#problem('the end');
    return value;
  }

  #value(): Json {
    this.#take(space);
    const first = this.#text[this.#at];
    if (first === '{') return this.#nested(() => this.#object());
    if (first === '[') return this.#nested(() => this.#array());
    if (first === '"') return this.#string();
    const word = words.get(first ?? '');
    if (word !== undefined) {
      const text = String(word);
      if (!this.#text.startsWith(text, this.#at)) throw this.#problem('a value');
      this.#at += text.length;
      return word;
    }
    const digits = this.#take(number);
    if (digits === null || digits === '') throw this.#problem('a value');
    return new JsonNumber(digits);
  }

  #nested<T>(read: () => T): T {
    this.#depth += 1;
    if (this.#depth > maxJsonDepth) throw new JsonProblem(`JSON nested deeper than ${maxJsonDepth}`);
    this.#at += 1;
    const value = read();
    this.#depth -= 1;
    return value;
  }

  #object(): Json {
    const entries = new Map<string, Json>();
    while (!this.#closes('}', entries.size === 0)) {
      this.#take(space);
      const key = this.#string();
      if (entries.has(key)) throw new JsonProblem(`the JSON key ${JSON.stringify(key.slice(0, 80))} twice`);
      this.#take(space);
      if (this.#text[this.#at] !== ':') throw this.#problem('":"');
      this.#at += 1;
      entries.set(key, this.#value());
    }
    // Defines own properties, so that `__proto__` stays data
    return Object.fromEntries(entries);
  }

  #array(): Json {
    const items: Json[] = [];
    while (!this.#closes(']', items.length === 0)) items.push(this.#value());
    return items;
  }

  /** True at the closing bracket; else steps over the comma that must stand between two entries. */
  #closes(bracket: string, first: boolean): boolean {
    this.#take(space);
    const met = this.#text[this.#at];
    if (met === bracket) {
      this.#at += 1;
      return true;
    }
    if (first) return false;
    if (met !== ',') throw this.#problem(`"," or "${bracket}"`);
    this.#at += 1;
    return false;
  }

  #string(): string {
    const source = this.#take(string);
    if (source === null) throw this.#problem('a string');
    const value: unknown = JSON.parse(source);
    if (typeof value !== 'string' || !value.isWellFormed()) {
      throw new JsonProblem('a JSON string with half a surrogate pair');
    }
    return value;
  }

  #take(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return null;
    this.#at = pattern.lastIndex;
    return match[0];
  }

  #problem(expected: string): JsonProblem {
    return new JsonProblem(`invalid JSON at character ${this.#at + 1}: expected ${expected}`);
  }
}

/** A literal of a text that another of its class may stand for. */
export interface Literal {
  readonly class: 'string' | 'integer' | 'decimal';
  /** As written. */
  readonly raw: string;
  /** What it says. */
  readonly value: string;
}

/** A text cut at its literals: one part more than literals. */
export interface CutText {
  readonly parts: readonly string[];
  readonly literals: readonly Literal[];
}

/** What can be cut without knowing the grammar: one plain statement in ASCII, with strings of the plain kind. */
const plainStatement = /^\s*(?:select|insert|update|delete)\b[\t\n\r -~]*$/i;
const notPlain = /\\|--|\/\*|\$(?!\d)|;\s*\S/;

/** Tokens as far as literals go; a number takes all that could belong to it, and is none when that is too much. */
const tokens = /"[^"]*(?:""[^"]*)*"|'[^']*(?:''[^']*)*'|\$\d+|[A-Za-z_][\w$]*|\d[\w.]*|\s+|\S/gy;
const integer = /^(?:0|[1-9]\d{0,8})$/;
const decimal = /^(?:0|[1-9]\d{0,15})\.\d{1,15}$/;
const mostLiterals = 500;
const longest = 64 * 1024;

/**
 * Cuts a text at the literals that may be exchanged; null where the text is no plain statement, or writes a string
 * or a name in another way (`E'…'`, `U&"…"`), by which it could say what stands nowhere in it.
 */
export function cutAtLiterals(text: string): CutText | null {
  if (text.length > longest || !plainStatement.test(text) || notPlain.test(text)) return null;
  const parts = [''];
  const literals: Literal[] = [];
  let before = '';
  for (const [token] of text.matchAll(tokens)) {
    if (/^['"]/.test(token) && /[\w&$]$/.test(before)) return null;
    const literal = literalOf(token, before);
    if (literal === null) parts[parts.length - 1] += token;
    else {
      literals.push(literal);
      parts.push('');
    }
    before = token;
  }
  return literals.length === 0 || literals.length > mostLiterals ? null : { parts, literals };
}

/** `before`: the token that ends where this one begins. A point or a quote there makes it part of something. */
function literalOf(token: string, before: string): Literal | null {
  const first = token.charAt(0);
  if (/[\w.$"']$/.test(before)) return null;
  if (first === "'" && token.length > 1) {
    return { class: 'string', raw: token, value: token.slice(1, -1).replaceAll("''", "'") };
  }
  if (integer.test(token)) return { class: 'integer', raw: token, value: token };
  return decimal.test(token) ? { class: 'decimal', raw: token, value: token } : null;
}

/** Equal for two texts that differ in their literals alone, and only for those. */
export function keyOf({ parts, literals }: CutText): string {
  return parts.map((part, index) => `${part}\u0000${literals[index]?.class ?? ''}`).join('\u0000');
}

/** The text with other literals in the places of its own. */
export function withLiterals({ parts }: CutText, raw: readonly string[]): string {
  return parts.map((part, index) => part + (raw[index] ?? '')).join('');
}

import { randomBytes } from 'node:crypto';
import type { Refused } from '../../policy/judge.ts';
import { encodeBind } from '../../protocol/postgres/bind.ts';
import type { ErrorText, Fields } from '../../protocol/postgres/fields.ts';
import { sync } from '../../protocol/postgres/named.ts';
import { encodeParse } from '../../protocol/postgres/parse.ts';
import { encodeQuery } from '../../protocol/postgres/query.ts';

/**
 * How a refusal reaches the client with the transaction's state true: in place of what was refused the server
 * gets the call of a prepared statement that cannot exist, raises the error itself, and the gate gives that
 * one error its own words.
 */

/** invalid_sql_statement_name, what the server says of a statement that is not prepared. */
const notPrepared = '26000';

const syntaxError = '42601';

/** Class JA is free for us: PostgreSQL keeps 0-4 and A-H for the standard (Appendix A). */
const codes = { held: 'JA001', denied: 'JA002' } as const;

/** A statement name that nobody can have prepared. */
export function nonceName(): string {
  return `jit_${randomBytes(16).toString('hex')}`;
}

export interface Refusal {
  readonly nonce: string;
  readonly error: ErrorText;
}

export function refusalOf(ruling: Refused): Refusal {
  const { message, detail, hint } = ruling;
  return {
    nonce: nonceName(),
    error: { severity: 'ERROR', code: codes[ruling.outcome], message, detail, hint },
  };
}

/** For names that the session never prepared: the server's own error, under the client's name. */
export function unpreparedRefusal(name: string): Refusal {
  const message = `prepared statement ${JSON.stringify(name)} does not exist`;
  return { nonce: nonceName(), error: { severity: 'ERROR', code: notPrepared, message } };
}

export function refusedQuery(refusal: Refusal): Buffer {
  return encodeQuery(`EXECUTE "${refusal.nonce}"`);
}

export function refusedBind(refusal: Refusal, portal: Buffer): Buffer {
  return encodeBind(portal, refusal.nonce);
}

/**
 * For a Query that our parser refuses: the server is offered the text as Parse, which runs nothing. Its error,
 * if it has one, is the answer; if it accepts, the nonce's error follows. That a text holds several statements
 * is what only Parse objects to, so that counts as accepted. A Query would have dropped the unnamed statement
 * too.
 */
export function offeredQuery(refusal: Refusal, text: Buffer): readonly [Buffer, Buffer, Buffer] {
  return [encodeParse('', text), encodeBind(Buffer.alloc(0), refusal.nonce), sync];
}

/** The error with the gate's words, or null when it is not the one that the nonce caused. */
export function rewritten(refusal: Refusal, fields: Fields, encoding: string): Fields | null {
  if (!isNonce(refusal, fields) && !isSeveral(fields)) return null;
  const { severity, code, message, detail, hint } = refusal.error;
  const words: [string, string | undefined][] = [
    ['C', code],
    ['M', message],
    ['D', detail],
    ['H', hint],
  ];
  return new Map([
    // the server's own word, in the client's language, and the one that is never translated
    ['S', fields.get('S') ?? Buffer.from(severity)],
    ['V', Buffer.from(severity)],
    ...words.flatMap(([letter, text]): [string, Buffer][] =>
      text === undefined || text === '' ? [] : [[letter, encodedFor(encoding, text)]],
    ),
  ]);
}

function isNonce(refusal: Refusal, fields: Fields): boolean {
  const code = fields.get('C')?.toString('latin1');
  return code === notPrepared && fields.get('M')?.includes(refusal.nonce) === true;
}

/** "cannot insert multiple commands into a prepared statement", in any language. */
function isSeveral(fields: Fields): boolean {
  const [code, routine] = ['C', 'R'].map((letter) => fields.get(letter)?.toString('latin1'));
  return code === syntaxError && routine === 'exec_parse_message';
}

/** Other encodings agree with UTF-8 in ASCII only. */
function encodedFor(encoding: string, text: string): Buffer {
  const safe = text.replaceAll('\0', '\u2400');
  if (encoding === 'UTF8') return Buffer.from(safe, 'utf8');
  return Buffer.from(
    safe.replace(/[^\x20-\x7e]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`),
    'latin1',
  );
}

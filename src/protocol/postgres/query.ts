import { BodyReader } from './reader.ts';
import { cstring, message } from './writer.ts';

/** The bytes of a simple Query's text, in the session's client encoding. */
export function decodeQuery(body: Buffer): Buffer {
  const reader = new BodyReader(body, 'Query');
  const text = reader.text();
  reader.end();
  return text;
}

export function encodeQuery(text: string): Buffer {
  return message('Q', cstring(text));
}

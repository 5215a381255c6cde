import { BodyReader } from './reader.ts';
import { cstring, message } from './writer.ts';

/** Fields of an ErrorResponse or NoticeResponse by their letter (protocol, "Error and Notice Message Fields"). */
export type Fields = ReadonlyMap<string, Buffer>;

export function decodeFields(body: Buffer): Fields {
  const reader = new BodyReader(body, 'ErrorResponse');
  const fields = new Map<string, Buffer>();
  for (;;) {
    const letter = reader.byte();
    if (letter === 0) break;
    fields.set(String.fromCharCode(letter), reader.text());
  }
  reader.end();
  return fields;
}

export function encodeFields(type: 'E' | 'N', fields: Fields): Buffer {
  const parts = [...fields].map(([letter, value]) =>
    Buffer.concat([Buffer.from(letter, 'latin1'), value, Buffer.from([0])]),
  );
  return message(type, ...parts, Buffer.from([0]));
}

/** An error of our own. */
export interface ErrorText {
  readonly severity: 'ERROR' | 'FATAL';
  /** SQLSTATE. */
  readonly code: string;
  readonly message: string;
  readonly detail?: string;
  readonly hint?: string;
}

export function errorResponse(error: ErrorText): Buffer {
  const parts = [
    ['S', error.severity],
    ['V', error.severity],
    ['C', error.code],
    ['M', error.message],
    ['D', error.detail],
    ['H', error.hint],
  ].flatMap(([letter, text]) =>
    letter === undefined || text === undefined || text === '' ? [] : [Buffer.from(letter), cstring(text)],
  );
  return message('E', ...parts, Buffer.from([0]));
}

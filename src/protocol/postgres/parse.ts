import { BodyReader } from './reader.ts';
import { cstring, int16, int32, message } from './writer.ts';

export interface Parse {
  readonly name: Buffer;
  /** In the session's client encoding. */
  readonly text: Buffer;
  /** 0 where the server shall find the type. */
  readonly oids: readonly number[];
}

export function decodeParse(body: Buffer): Parse {
  const reader = new BodyReader(body, 'Parse');
  const name = reader.text();
  const text = reader.text();
  const oids = Array.from({ length: reader.count() }, () => reader.uint32());
  reader.end();
  return { name, text, oids };
}

export function encodeParse(name: string, text: string | Buffer, oids: readonly number[] = []): Buffer {
  const query = typeof text === 'string' ? cstring(text) : Buffer.concat([text, Buffer.from([0])]);
  return message('P', cstring(name), query, int16(oids.length), ...oids.map(int32));
}

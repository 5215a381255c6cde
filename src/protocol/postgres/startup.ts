import { BodyReader } from './reader.ts';
import { ProtocolViolation } from './violation.ts';
import { cstring, int32 } from './writer.ts';

/** What a client may say first. */
export type StartupPacket =
  | { readonly kind: 'ssl' | 'gss' }
  | { readonly kind: 'cancel'; readonly process: number; readonly key: Buffer }
  | {
      readonly kind: 'startup';
      /** Minor version of protocol 3 that the client asks for. */
      readonly minor: number;
      readonly parameters: ReadonlyMap<string, string>;
    };

// Request codes of src/include/libpq/pqcomm.h: 1234 in the upper half, so that no version can collide
const cancelRequest = 80877102;
const sslRequest = 80877103;
const gssRequest = 80877104;
export const protocol30 = 3 << 16;

export function decodeStartup(packet: Buffer): StartupPacket {
  const reader = new BodyReader(packet, 'the startup packet');
  const code = reader.int32();
  if (code === sslRequest || code === gssRequest) {
    reader.end();
    return { kind: code === sslRequest ? 'ssl' : 'gss' };
  }
  if (code === cancelRequest) return { kind: 'cancel', process: reader.int32(), key: reader.rest() };
  if (code >> 16 !== 3) {
    throw new ProtocolViolation(
      `only version 3 of the protocol is understood, met ${code >> 16}.${code & 0xffff}`,
    );
  }
  return { kind: 'startup', minor: code & 0xffff, parameters: decodeParameters(reader) };
}

/** Values are passwords at times: no problem met here repeats one. */
function decodeParameters(reader: BodyReader): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (;;) {
    const name = reader.text().toString('utf8');
    if (name === '') break;
    if (parameters.has(name)) {
      throw new ProtocolViolation(`the startup packet names ${JSON.stringify(name)} twice`);
    }
    parameters.set(name, reader.text().toString('utf8'));
  }
  reader.end();
  return parameters;
}

export function encodeStartup(parameters: ReadonlyMap<string, string>): Buffer {
  const pairs = [...parameters].flatMap(([name, value]) => [cstring(name), cstring(value)]);
  const body = Buffer.concat([int32(protocol30), ...pairs, Buffer.from([0])]);
  return Buffer.concat([int32(body.length + 4), body]);
}

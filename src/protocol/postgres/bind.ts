import { BodyReader } from './reader.ts';
import { ProtocolViolation } from './violation.ts';
import { cstring, int16, int32, message } from './writer.ts';

export interface BoundValue {
  readonly format: 'text' | 'binary';
  readonly bytes: Buffer | null;
}

export interface Bind {
  readonly portal: Buffer;
  readonly statement: Buffer;
  readonly values: readonly BoundValue[];
}

export function decodeBind(body: Buffer): Bind {
  const reader = new BodyReader(body, 'Bind');
  const portal = reader.text();
  const statement = reader.text();
  const formats = decodeFormats(reader);
  const raw = Array.from({ length: reader.count() }, () => decodeValue(reader));
  decodeFormats(reader);
  reader.end();
  if (formats.length > 1 && formats.length !== raw.length) {
    throw new ProtocolViolation(`Bind has ${formats.length} formats for ${raw.length} parameters`);
  }
  const formatAt = (at: number) => (formats.length === 1 ? formats[0] : formats[at]) ?? 'text';
  return { portal, statement, values: raw.map((bytes, at) => ({ format: formatAt(at), bytes })) };
}

function decodeFormats(reader: BodyReader): ('text' | 'binary')[] {
  return Array.from({ length: reader.count() }, () => {
    const format = reader.int16();
    if (format !== 0 && format !== 1)
      throw new ProtocolViolation(`Bind knows formats 0 and 1, met ${format}`);
    return format === 0 ? 'text' : 'binary';
  });
}

function decodeValue(reader: BodyReader): Buffer | null {
  const length = reader.int32();
  if (length < -1) throw new ProtocolViolation(`Bind has a value of ${length} bytes`);
  return length === -1 ? null : reader.bytes(length);
}

/** A Bind with values in text form; `portal` as bytes, so that a client's name is kept as it came. */
export function encodeBind(
  portal: Buffer,
  statement: string,
  values: readonly (string | null)[] = [],
): Buffer {
  const encoded = values.map((value) => {
    if (value === null) return int32(-1);
    const bytes = Buffer.from(value, 'utf8');
    return Buffer.concat([int32(bytes.length), bytes]);
  });
  const name = Buffer.concat([portal, Buffer.from([0])]);
  return message('B', name, cstring(statement), int16(0), int16(values.length), ...encoded, int16(0));
}

/** Writes ASN.1 in its distinguished encoding (ITU-T X.690): what X.509 certificates are made of, and no more. */
export const der = {
  sequence: (...parts: readonly Uint8Array[]): Buffer => element(0x30, ...parts),
  set: (...parts: readonly Uint8Array[]): Buffer => element(0x31, ...parts),
  /** An element of a class of its own (RFC 5280 writes `[n]`), constructed. */
  tagged: (tag: number, ...parts: readonly Uint8Array[]): Buffer => element(0xa0 | tag, ...parts),
  /** The same with the bytes of a primitive type. */
  taggedBytes: (tag: number, bytes: Uint8Array): Buffer => element(0x80 | tag, bytes),
  boolean: (value: boolean): Buffer => element(0x01, Buffer.from([value ? 0xff : 0x00])),
  /** An unsigned number, most significant byte first. */
  integer: (bytes: Uint8Array): Buffer => element(0x02, unsigned(bytes)),
  /** `unused`: bits at the end that are not part of it. */
  bits: (bytes: Uint8Array, unused = 0): Buffer => element(0x03, Buffer.from([unused]), bytes),
  octets: (...parts: readonly Uint8Array[]): Buffer => element(0x04, ...parts),
  oid: (dotted: string): Buffer => element(0x06, objectIdentifier(dotted)),
  text: (text: string): Buffer => element(0x0c, Buffer.from(text, 'utf8')),
  time: (at: Date): Buffer => time(at),
};

function element(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), length(content.length), content]);
}

function length(count: number): Buffer {
  if (count < 0x80) return Buffer.from([count]);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(count);
  const short = bytes.subarray(bytes.findIndex((byte) => byte !== 0));
  return Buffer.concat([Buffer.from([0x80 | short.length]), short]);
}

/** Without leading zeros, but with one where the first bit would make the number negative. */
function unsigned(bytes: Uint8Array): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const short = first === -1 ? Buffer.alloc(1) : Buffer.from(bytes.subarray(first));
  return (short[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.alloc(1), short]) : short;
}

function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return Buffer.from([first * 40 + second, ...rest].flatMap(base128));
}

function base128(number: number): number[] {
  const digits = [number & 0x7f];
  for (let left = number >>> 7; left > 0; left >>>= 7) digits.unshift(0x80 | (left & 0x7f));
  return digits;
}

/** RFC 5280 section 4.1.2.5: two digits of the year until 2049, four from then on; no fractions of a second. */
function time(at: Date): Buffer {
  const digits = at
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:T]/g, '');
  const year = at.getUTCFullYear();
  const short = year >= 1950 && year < 2050;
  return element(short ? 0x17 : 0x18, Buffer.from(short ? digits.slice(2) : digits, 'latin1'));
}

/** One message: type, length (which counts itself), body. */
export function message(type: string, ...parts: readonly Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 4);
  const head = Buffer.allocUnsafe(5);
  head.write(type, 0, 'latin1');
  head.writeUInt32BE(length, 1);
  return Buffer.concat([head, ...parts], length + 1);
}

/** Text with its ending NUL. A NUL inside would end it early, so it is shown as U+2400. */
export function cstring(text: string): Buffer {
  return Buffer.from(`${text.replaceAll('\0', '\u2400')}\0`, 'utf8');
}

export function int16(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

export function int32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(value);
  return bytes;
}

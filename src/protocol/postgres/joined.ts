/** What is copied into one piece rather than written piece by piece (bytes). */
const small = 16 * 1024;

/**
 * The same bytes in as few pieces as can be had for little: messages that lie behind each other in the piece in
 * which they came are that piece again, and a few short ones are copied together.
 */
export function joined(pieces: readonly Buffer[]): readonly Buffer[] {
  const found: Buffer[] = [];
  let size = 0;
  for (const piece of pieces) {
    size += piece.length;
    const last = found.at(-1);
    if (
      last !== undefined &&
      last.buffer === piece.buffer &&
      last.byteOffset + last.length === piece.byteOffset
    ) {
      found[found.length - 1] = Buffer.from(last.buffer, last.byteOffset, last.length + piece.length);
    } else found.push(piece);
  }
  return found.length > 1 && size <= small ? [Buffer.concat(found, size)] : found;
}

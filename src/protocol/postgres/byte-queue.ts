/** Bytes not yet used, kept in the pieces in which they came until somebody needs them in one. */
export class ByteQueue {
  #pieces: Buffer[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The first piece as it is. */
  get first(): Buffer | null {
    return this.#pieces[0] ?? null;
  }

  push(piece: Buffer): void {
    if (piece.length === 0) return;
    this.#pieces.push(piece);
    this.#size += piece.length;
  }

  /** The first `length` bytes without taking them; null when there are not so many yet. */
  peek(length: number): Buffer | null {
    if (this.#size < length) return null;
    const first = this.#pieces[0];
    if (first !== undefined && first.length >= length) return first.subarray(0, length);
    const whole = Buffer.concat(this.#pieces, this.#size);
    this.#pieces = [whole];
    return whole.subarray(0, length);
  }

  take(length: number): Buffer | null {
    const bytes = this.peek(length);
    if (bytes === null) return null;
    this.#drop(length);
    return bytes;
  }

  /** Whatever is there in one piece, at most `length` bytes; null when nothing is there. */
  takeSome(length: number): Buffer | null {
    const first = this.#pieces[0];
    if (first === undefined || length === 0) return null;
    const bytes = first.subarray(0, length);
    this.#drop(bytes.length);
    return bytes;
  }

  #drop(length: number): void {
    const first = this.#pieces[0];
    if (first === undefined) return;
    this.#size -= length;
    if (first.length === length) this.#pieces.shift();
    else this.#pieces[0] = first.subarray(length);
  }
}

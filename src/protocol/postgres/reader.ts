import { ProtocolViolation } from './violation.ts';

/** Reads a message's body from front to back. Whoever decodes ends with `end()`: nothing may be left over. */
export class BodyReader {
  readonly #body: Buffer;
  readonly #what: string;
  #at = 0;

  constructor(body: Buffer, what: string) {
    this.#body = body;
    this.#what = what;
  }

  byte(): number {
    return this.bytes(1).readUInt8(0);
  }

  int16(): number {
    return this.bytes(2).readInt16BE(0);
  }

  /** A count: PostgreSQL reads these as unsigned. */
  count(): number {
    return this.bytes(2).readUInt16BE(0);
  }

  int32(): number {
    return this.bytes(4).readInt32BE(0);
  }

  uint32(): number {
    return this.bytes(4).readUInt32BE(0);
  }

  bytes(length: number): Buffer {
    const end = this.#at + length;
    if (length < 0 || end > this.#body.length) throw new ProtocolViolation(`${this.#what} ends too early`);
    const bytes = this.#body.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }

  /** Bytes up to the next NUL, which is taken too. */
  text(): Buffer {
    const end = this.#body.indexOf(0, this.#at);
    if (end < 0) throw new ProtocolViolation(`${this.#what} has a text without its end`);
    const bytes = this.#body.subarray(this.#at, end);
    this.#at = end + 1;
    return bytes;
  }

  rest(): Buffer {
    return this.bytes(this.#body.length - this.#at);
  }

  end(): void {
    const left = this.#body.length - this.#at;
    if (left !== 0) throw new ProtocolViolation(`${this.#what} has ${left} bytes too many`);
  }
}

/** What a client says first (RFC 8446 section 4.1.2), as far as it matters before answering. */
export interface ClientHello {
  /** Application protocols that it speaks (RFC 7301), the dearest first; null when it names none. */
  readonly protocols: readonly string[] | null;
}

/** A hello of today has 500 to 2,000 bytes; what goes on beyond this is none that has to be understood. */
const longest = 64 * 1024;

const record = { header: 5, handshake: 22 } as const;
const message = { header: 4, clientHello: 1 } as const;
const extensionAlpn = 16;

/** `more` asks for further bytes; null is no hello that could be read. */
export function readClientHello(bytes: Buffer): ClientHello | 'more' | null {
  const body = handshakeBody(bytes);
  if (body === 'more' || body === null) return body;
  try {
    return { protocols: protocolsOf(new Reader(body)) };
  } catch {
    return null;
  }
}

/** The hello's content, put together from as many records as it was cut into. */
function handshakeBody(bytes: Buffer): Buffer | 'more' | null {
  const parts: Buffer[] = [];
  let gathered = 0;
  let expected: number | null = null;
  for (let at = 0; ; ) {
    if (bytes.length > longest) return null;
    if (bytes.length < at + record.header) return 'more';
    if (bytes[at] !== record.handshake) return null;
    const end = at + record.header + bytes.readUInt16BE(at + 3);
    if (end === at + record.header) return null;
    const part = bytes.subarray(at + record.header, Math.min(end, bytes.length));
    parts.push(part);
    gathered += part.length;
    if (expected === null && gathered >= message.header) {
      const head = Buffer.concat(parts);
      if (head[0] !== message.clientHello) return null;
      expected = message.header + head.readUIntBE(1, 3);
    }
    if (expected !== null && gathered >= expected) {
      return Buffer.concat(parts).subarray(message.header, expected);
    }
    if (end > bytes.length) return 'more';
    at = end;
  }
}

function protocolsOf(hello: Reader): readonly string[] | null {
  hello.skip(2 + 32);
  hello.skip(hello.number(1));
  hello.skip(hello.number(2));
  hello.skip(hello.number(1));
  if (hello.left === 0) return null;
  const extensions = hello.part(hello.number(2));
  while (extensions.left > 0) {
    const type = extensions.number(2);
    const content = extensions.part(extensions.number(2));
    if (type !== extensionAlpn) continue;
    const list = content.part(content.number(2));
    const names: string[] = [];
    while (list.left > 0) names.push(list.text(list.number(1)));
    return names;
  }
  return null;
}

/** Takes numbers and parts off the front; throws a RangeError where there is not enough. */
class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  number(size: 1 | 2): number {
    const from = this.#at;
    this.skip(size);
    return this.#bytes.readUIntBE(from, size);
  }

  skip(count: number): void {
    if (count > this.left) throw new RangeError('the hello ends too early');
    this.#at += count;
  }

  part(count: number): Reader {
    const from = this.#at;
    this.skip(count);
    return new Reader(this.#bytes.subarray(from, from + count));
  }

  text(count: number): string {
    const from = this.#at;
    this.skip(count);
    return this.#bytes.toString('latin1', from, from + count);
  }
}

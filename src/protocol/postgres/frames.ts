import { ByteQueue } from './byte-queue.ts';
import { messageLimit, startupPacketLimit } from './limits.ts';
import { ProtocolViolation } from './violation.ts';

/** A whole message: its type as one character, its body, and all of its bytes for forwarding as they came. */
export interface Frame {
  readonly type: string;
  readonly body: Buffer;
  readonly bytes: Buffer;
}

/** What can be forwarded without being looked at: a piece of a run of messages of one type. */
export interface Passing {
  readonly type: string;
  readonly body: null;
  readonly bytes: Buffer;
}

/** Messages that carry rows or copied data: the bulk of the traffic, and the gate need not read them. */
const bulk: ReadonlySet<string> = new Set(['D', 'd']);

const characters = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code));
const headLength = 5;

/**
 * Cuts a byte stream into messages. It owns no socket: `push` what came, then ask for the `next` until it is
 * null, which means that more bytes are needed.
 */
export class FrameReader {
  readonly #queue = new ByteQueue();
  readonly #limit: number;
  readonly #smallLimits: Readonly<Record<string, number>>;
  /** Bytes of a bulk message whose beginning was passed on already. */
  #owed = 0;
  #owedType = '';

  constructor(limit: number = messageLimit, smallLimits: Readonly<Record<string, number>> = {}) {
    this.#limit = limit;
    this.#smallLimits = smallLimits;
  }

  push(piece: Buffer): void {
    this.#queue.push(piece);
  }

  get size(): number {
    return this.#queue.size;
  }

  /** The next bytes without taking them; null when there are not so many yet. */
  peek(length: number): Buffer | null {
    return this.#queue.peek(length);
  }

  /** The next whole message. */
  next(): Frame | null {
    if (this.#owed > 0) throw new Error('the rest of a passing message has to be taken by nextOrPassing');
    const head = this.#head();
    if (head === null) return null;
    const bytes = this.#queue.take(head.length);
    return bytes === null ? null : { type: head.type, body: bytes.subarray(headLength), bytes };
  }

  /** As `next`, but bulk messages come in the pieces that are there, so that no row is kept in memory. */
  nextOrPassing(): Frame | Passing | null {
    if (this.#owed === 0) {
      const head = this.#head();
      if (head === null) return null;
      if (!bulk.has(head.type)) return this.next();
      this.#owed = this.#run(head);
      this.#owedType = head.type;
    }
    const bytes = this.#queue.takeSome(this.#owed);
    if (bytes === null) return null;
    this.#owed -= bytes.length;
    return { type: this.#owedType, body: null, bytes };
  }

  /** Bytes of the messages of one type that begin in the piece at hand: rows come by the hundred. */
  #run(head: { readonly type: string; readonly length: number }): number {
    const piece = this.#queue.first ?? Buffer.alloc(0);
    let end = head.length;
    while (end + headLength <= piece.length && characters[piece.readUInt8(end)] === head.type) {
      end += this.#checked(head.type, piece.readUInt32BE(end + 1)) + 1;
    }
    return end;
  }

  /** A packet of the startup phase: no type, only a length. */
  nextPacket(): Buffer | null {
    const head = this.#queue.peek(4);
    if (head === null) return null;
    const length = head.readUInt32BE(0);
    // 8: the length itself and the version or request code
    if (length < 8 || length > startupPacketLimit) {
      throw new ProtocolViolation(`a startup packet has 8 to ${startupPacketLimit} bytes, met ${length}`);
    }
    return this.#queue.take(length)?.subarray(4) ?? null;
  }

  #head(): { type: string; length: number } | null {
    const head = this.#queue.peek(headLength);
    if (head === null) return null;
    const type = characters[head.readUInt8(0)] ?? '';
    return { type, length: this.#checked(type, head.readUInt32BE(1)) + 1 };
  }

  #checked(type: string, length: number): number {
    const limit = Math.min(this.#limit, this.#smallLimits[type] ?? this.#limit);
    if (length < 4 || length > limit) {
      throw new ProtocolViolation(
        `a message of type ${JSON.stringify(type)} has 4 to ${limit} bytes, met ${length}`,
      );
    }
    return length;
  }
}

import type { Duplex } from 'node:stream';
import { decodeFields, encodeFields, type Fields } from '../../protocol/postgres/fields.ts';
import type { Frame, Passing } from '../../protocol/postgres/frames.ts';
import { flush } from '../../protocol/postgres/named.ts';
import { type Entry, type EntryKind, Pipeline } from '../../protocol/postgres/pipeline.ts';
import { decodeParameterStatus, decodeReady } from '../../protocol/postgres/server-messages.ts';
import { type Refusal, rewritten } from './refusal.ts';
import type { NameChange } from './statements.ts';
import type { Upstream } from './upstream.ts';

/** How a message that went to the server ended. `lost`: the connection broke before its answer. */
export type Ending =
  | { readonly as: 'done' | 'skipped' | 'lost' }
  | { readonly as: 'failed'; readonly fields: Fields; readonly refused: boolean };

/** A message on its way to the server, and who wants to know how it ends. */
export interface Sent extends Entry {
  readonly kind: EntryKind;
  /** What the client does not see: all answers (the gate asks for itself), or all but an error. */
  readonly hidden?: 'all' | 'success';
  /** The error that the gate provokes is given these words. */
  readonly refusal?: Refusal;
  /** What it does to the names of prepared statements when it succeeds. */
  readonly changes?: readonly NameChange[];
  answered?(frame: Frame): void;
  /** The refusal's error came, and the client has not heard it yet: having heard it, it may be gone at once. */
  refused?(): void;
  ended?(ending: Ending): void;
}

export interface ServerSideEvents {
  /** Bytes for the client, in order. Answers false when the client takes no more for now. */
  toClient(bytes: readonly Buffer[]): boolean;
  ready(): void;
  /** No transaction is open, and everything that was answered so far has been told how it ended. */
  idle(): void;
  /** The server is gone; null when it just closed. */
  gone(error: Error | null): void;
}

/** The gate's end of the connection to the target: what was sent, what came back, for whom. */
export class ServerSide {
  readonly pipeline = new Pipeline<Sent>();
  readonly parameters: Map<string, string>;
  readonly #socket: Duplex;
  readonly #frames: Upstream['frames'];
  readonly #events: ServerSideEvents;
  /** Errors of entries that end only with ReadyForQuery. */
  readonly #errors = new Map<Sent, { fields: Fields; refused: boolean }>();
  #endsFailed = false;
  #outbox: Buffer[] = [];
  #pending = 0;
  #waiting: { until: () => boolean; resolve: () => void }[] = [];
  #closed = false;

  constructor(upstream: Upstream, events: ServerSideEvents) {
    this.#socket = upstream.socket;
    this.#frames = upstream.frames;
    this.parameters = upstream.parameters;
    this.#events = events;
    this.#socket.on('data', (chunk: Buffer) => this.#data(chunk));
    this.#socket.on('error', (error) => this.#gone(error));
    this.#socket.on('close', () => this.#gone(null));
  }

  /** Bytes gathered and not yet written. */
  get pending(): number {
    return this.#pending;
  }

  /** The transaction that ends now has failed: COMMIT or not, it is undone. */
  get undone(): boolean {
    return this.#endsFailed || this.pipeline.status === 'E';
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Begins to read; what came with the end of the start-up is first. */
  start(): void {
    this.#data(Buffer.alloc(0));
    if (this.#socket.destroyed) this.#gone(null);
    else this.#socket.resume();
  }

  /** Queues a message; `flush` writes. What the server will discard, or never sees, ends as `skipped` at once. */
  send(bytes: Buffer, entry?: Sent): void {
    if (this.#closed) {
      entry?.ended?.({ as: 'skipped' });
      return;
    }
    this.#outbox.push(bytes);
    this.#pending += bytes.length;
    if (entry !== undefined && !this.pipeline.send(entry)) entry.ended?.({ as: 'skipped' });
  }

  /** Writes what was queued; resolves when the socket wants more. */
  flush(): Promise<void> | null {
    if (this.#outbox.length === 0 || this.#closed) return null;
    const bytes = this.#outbox.length === 1 ? this.#outbox[0] : Buffer.concat(this.#outbox);
    this.#outbox = [];
    this.#pending = 0;
    if (this.#socket.write(bytes)) return null;
    const { promise, resolve } = Promise.withResolvers<void>();
    const go = (): void => {
      this.#socket.off('drain', go).off('close', go);
      resolve();
    };
    this.#socket.on('drain', go).on('close', go);
    return promise;
  }

  /**
   * Resolves when `until` holds, asked after every piece of the server's answers; or when it is gone, or when
   * it waits for COPY data itself.
   */
  async wait(until: () => boolean): Promise<void> {
    this.flush();
    const over = () => until() || this.pipeline.copyingIn;
    if (this.#closed || over()) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ until: over, resolve });
    await promise;
  }

  /** Has the server answer all that was sent, also what no Sync follows yet. */
  async drained(): Promise<void> {
    for (const { current } of this.pipeline.pending()) {
      if (!current) continue;
      this.#outbox.push(flush);
      break;
    }
    await this.wait(() => this.pipeline.empty);
  }

  /** The client takes more again. */
  resume(): void {
    if (!this.#closed) this.#socket.resume();
  }

  end(lastWords: Buffer | null): void {
    if (this.#closed) return;
    if (lastWords === null) this.#socket.destroy();
    else {
      this.#outbox.push(lastWords);
      this.flush();
      this.#socket.end();
    }
    this.#gone(null);
  }

  #data(chunk: Buffer): void {
    if (this.#closed) return;
    const out: Buffer[] = [];
    try {
      this.#frames.push(chunk);
      for (let item = this.#next(); item !== null; item = this.#next()) this.#receive(item, out);
    } catch (error) {
      this.#send(out);
      this.#socket.destroy();
      this.#gone(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    this.#send(out);
    this.#wake();
  }

  #next(): Frame | Passing | null {
    return this.pipeline.head?.hidden === 'all' ? this.#frames.next() : this.#frames.nextOrPassing();
  }

  #send(out: readonly Buffer[]): void {
    if (out.length > 0 && !this.#events.toClient(out)) this.#socket.pause();
  }

  #receive(item: Frame | Passing, out: Buffer[]): void {
    const fields = item.type === 'E' && item.body !== null ? decodeFields(item.body) : null;
    // the session ends with it, whatever was asked
    if (fields !== null && isFatal(fields)) {
      out.push(item.bytes);
      return;
    }
    const { entry, state, skipped } = this.pipeline.receive(item.type);
    if (entry === null) {
      if (item.type === 'S' && item.body !== null) this.#parameter(item.body);
      out.push(item.bytes);
      return;
    }
    this.#endsFailed = item.type === 'Z' && this.pipeline.status === 'E';
    if (item.type === 'Z' && item.body !== null) this.pipeline.status = decodeReady(item.body);
    const shown = fields === null ? item.bytes : this.#error(entry, fields, item.bytes);
    if (item.body !== null) entry.answered?.(item);
    if (entry.hidden === undefined || (entry.hidden === 'success' && fields !== null)) out.push(shown);
    if (item.type === 'Z') this.#events.ready();
    if (state !== 'more') this.#end(entry);
    for (const other of skipped) other.ended?.({ as: 'skipped' });
    if (item.type === 'Z' && this.pipeline.status === 'I') this.#events.idle();
  }

  #error(entry: Sent, fields: Fields, bytes: Buffer): Buffer {
    const encoding = this.parameters.get('client_encoding') ?? '';
    const words = entry.refusal === undefined ? null : rewritten(entry.refusal, fields, encoding);
    this.#errors.set(entry, { fields, refused: words !== null });
    if (words !== null) entry.refused?.();
    return words === null ? bytes : encodeFields('E', words);
  }

  #end(entry: Sent): void {
    const error = this.#errors.get(entry);
    this.#errors.delete(entry);
    entry.ended?.(error === undefined ? { as: 'done' } : { as: 'failed', ...error });
  }

  #parameter(body: Buffer): void {
    const { name, value } = decodeParameterStatus(body);
    this.parameters.set(name, value);
  }

  #wake(): void {
    const ready = this.#waiting.filter((waiter) => waiter.until());
    if (ready.length === 0) return;
    this.#waiting = this.#waiting.filter((waiter) => !ready.includes(waiter));
    for (const waiter of ready) waiter.resolve();
  }

  #gone(error: Error | null): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const { entry } of this.pipeline.pending()) entry.ended?.({ as: 'lost' });
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const waiter of waiting) waiter.resolve();
    this.#events.gone(error);
  }
}

function isFatal(fields: Fields): boolean {
  const severity = (fields.get('V') ?? fields.get('S'))?.toString('latin1');
  return severity === 'FATAL' || severity === 'PANIC';
}

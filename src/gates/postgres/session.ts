import type { Socket } from 'node:net';
import { JitError, messageOf } from '../../errors.ts';
import { originMessage } from '../../protocol/origin.ts';
import { type ErrorText, errorResponse } from '../../protocol/postgres/fields.ts';
import type { Frame, FrameReader } from '../../protocol/postgres/frames.ts';
import { joined } from '../../protocol/postgres/joined.ts';
import { smallMessageLimit } from '../../protocol/postgres/limits.ts';
import { decodeEmpty, terminate } from '../../protocol/postgres/named.ts';
import { ProtocolViolation } from '../../protocol/postgres/violation.ts';
import type { SessionContext } from './context.ts';
import {
  handleBind,
  handleClose,
  handleDescribe,
  handleExecute,
  handleParse,
  handleSync,
} from './extended.ts';
import { handleFunctionCall, handleQuery } from './simple.ts';

type Handler = (context: SessionContext, frame: Frame) => void | Promise<void>;

const pass: Handler = (context, frame) => context.server.send(frame.bytes);

const handleFlush: Handler = (context, frame) => {
  decodeEmpty(frame.body, 'Flush');
  context.server.send(frame.bytes);
};

const copyEnds: Handler = (context, frame) => {
  if (frame.type === 'c') decodeEmpty(frame.body, 'CopyDone');
  context.server.pipeline.copyInEnded();
  context.server.send(frame.bytes);
};

/** Of the suite's side to us alone: the server never sees it. */
const handleOrigin: Handler = (context, frame) => {
  context.told(frame.body.length > smallMessageLimit ? '' : frame.body.toString('utf8'));
};

/** Every message that a client may send once it is let in; anything else ends the session. */
const handlers: Readonly<Record<string, Handler>> = {
  Q: handleQuery,
  F: handleFunctionCall,
  P: handleParse,
  B: handleBind,
  D: handleDescribe,
  E: handleExecute,
  C: handleClose,
  S: handleSync,
  H: handleFlush,
  d: pass,
  c: copyEnds,
  f: copyEnds,
  [originMessage]: handleOrigin,
};

/** While the server reads COPY data it discards Sync and Flush, and takes anything else for an attack. */
const duringCopy: ReadonlySet<string> = new Set(['d', 'c', 'f', originMessage]);
const discardedDuringCopy: ReadonlySet<string> = new Set(['S', 'H']);

/** One client's messages, in order, one at a time: what follows a judged statement waits for its verdict. */
export class Session {
  readonly #client: Socket;
  readonly #frames: FrameReader;
  readonly #context: SessionContext;
  #busy = false;
  #over = false;

  constructor(client: Socket, frames: FrameReader, context: SessionContext) {
    this.#client = client;
    this.#frames = frames;
    this.#context = context;
  }

  /** Takes over the client's socket, with what came before. */
  start(): void {
    this.#client.on('data', (chunk: Buffer) => {
      this.#frames.push(chunk);
      this.#wake();
    });
    this.#client.on('drain', () => this.#context.server.resume());
    this.#client.on('close', () => this.end());
    if (this.#client.destroyed) this.end();
    this.#wake();
  }

  /** Bytes for the client; false when it takes no more for now. */
  toClient(bytes: readonly Buffer[]): boolean {
    if (this.#client.destroyed) return true;
    const pieces = joined(bytes);
    if (pieces.length > 1) this.#client.cork();
    for (const piece of pieces) this.#client.write(piece);
    if (pieces.length > 1) this.#client.uncork();
    return !this.#client.writableNeedDrain;
  }

  /** Ends both connections. With an error the client is told. */
  end(error: ErrorText | null = null): void {
    if (this.#over) return;
    this.#over = true;
    this.#context.server.end(null);
    this.#context.portals.closeAll();
    if (error !== null && this.#client.writable) this.#client.write(errorResponse(error));
    // what was written before still arrives
    this.#client.destroySoon();
  }

  #wake(): void {
    if (this.#busy) {
      this.#client.pause();
      return;
    }
    this.#busy = true;
    this.#pump()
      .catch((error: unknown) => this.end(fatal(error)))
      .finally(() => {
        this.#busy = false;
        if (this.#over) return;
        this.#client.resume();
      });
  }

  async #pump(): Promise<void> {
    const { server } = this.#context;
    for (let frame = this.#frames.next(); frame !== null && !this.#over; frame = this.#frames.next()) {
      if (frame.type === 'X') {
        this.#over = true;
        server.end(terminate);
        this.#context.portals.closeAll();
        this.#client.destroySoon();
        return;
      }
      const handled = this.#handle(frame);
      if (handled !== undefined) await handled;
      if (server.pending > flushAt) await server.flush();
    }
    await server.flush();
  }

  #handle(frame: Frame): void | Promise<void> {
    const { copyingIn } = this.#context.server.pipeline;
    if (copyingIn && discardedDuringCopy.has(frame.type)) return;
    const handler = handlers[frame.type];
    if (handler === undefined || (copyingIn && !duringCopy.has(frame.type))) {
      const during = copyingIn ? ' while COPY data is expected' : '';
      throw new ProtocolViolation(`a message of type ${JSON.stringify(frame.type)} is not expected${during}`);
    }
    return handler(this.#context, frame);
  }
}

/** Bytes gathered for the server before they are written, so that COPY data does not pile up. */
const flushAt = 64 * 1024;

/** protocol_violation for what the client did wrong, internal_error for what we did. */
function fatal(error: unknown): ErrorText {
  const code = error instanceof ProtocolViolation ? '08P01' : 'XX000';
  const message = error instanceof JitError ? error.message : `the gate failed: ${messageOf(error)}`;
  return { severity: 'FATAL', code, message };
}

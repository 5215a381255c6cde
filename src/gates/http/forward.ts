import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { endToEnd } from '../../protocol/http/headers.ts';

export interface OutgoingRequest {
  readonly origin: string;
  readonly method: string;
  /** Path and query as the caller wrote them. */
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Readable | Buffer | null;
}

export interface Forwarded {
  /** True once the request's head was handed to a connected target. */
  readonly sent: boolean;
  /** The target's status, null where it gave none. */
  readonly status: number | null;
  /** From sending to the head of the answer. */
  readonly latencyMs: number | undefined;
  /** The caller closed its connection before the answer was through. */
  readonly callerGone: boolean;
  /** Why the answer is missing or incomplete; null when it was passed on whole. */
  readonly error: Error | null;
}

export type HeaderRewrite = (name: string, value: string) => string;

/**
 * Sends a request and streams the answer back as it comes: status line, header case and order, trailers. Never
 * rejects. Where the target gave no answer the response is left untouched for the gate to write its own.
 */
export function forward(
  dispatcher: Dispatcher,
  request: OutgoingRequest,
  response: ServerResponse,
  rewrite: HeaderRewrite,
): Promise<Forwarded> {
  return new Promise((resolve) => {
    const relay = new Relay(response, rewrite, resolve);
    try {
      dispatcher.dispatch(
        {
          origin: request.origin,
          path: request.path,
          method: request.method,
          headers: request.headers.flat(),
          body: request.body,
        },
        relay,
      );
    } catch (error) {
      relay.onResponseError(null, error instanceof Error ? error : new Error(String(error)));
    }
  });
}

/** Bytes up to which a piece is given as text: head and body are then written at once, as one. */
const small = 16 * 1024;

class Relay implements Dispatcher.DispatchHandler {
  readonly #response: ServerResponse;
  readonly #rewrite: HeaderRewrite;
  readonly #done: (result: Forwarded) => void;
  #controller: Dispatcher.DispatchController | null = null;
  #sentAt: number | null = null;
  #status: number | null = null;
  #latencyMs: number | undefined;
  #callerGone = false;

  constructor(response: ServerResponse, rewrite: HeaderRewrite, done: (result: Forwarded) => void) {
    this.#response = response;
    this.#rewrite = rewrite;
    this.#done = done;
    response.once('close', () => {
      if (response.writableFinished) return;
      this.#callerGone = true;
      this.#controller?.abort(gone());
    });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#response.destroyed) {
      controller.abort(gone());
      return;
    }
    this.#controller = controller;
    this.#sentAt = performance.now();
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    _headers: unknown,
    message?: string,
  ): void {
    if (status < 200) return;
    this.#status = status;
    if (this.#sentAt !== null) this.#latencyMs = performance.now() - this.#sentAt;
    const headers = endToEnd(texts(controller.rawHeaders)).map(([name, value]) => [
      name,
      this.#rewrite(name.toLowerCase(), value),
    ]);
    this.#response.sendDate = false;
    try {
      this.#response.writeHead(status, message ?? '', headers.flat());
    } catch (error) {
      controller.abort(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    // A stream of events may send its head long before its body; a short answer goes out in one packet
    setImmediate(() => this.#response.flushHeaders());
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const taken =
      chunk.length <= small
        ? this.#response.write(chunk.toString('latin1'), 'latin1')
        : this.#response.write(chunk);
    if (taken) return;
    controller.pause();
    this.#response.once('drain', () => controller.resume());
  }

  onResponseEnd(controller: Dispatcher.DispatchController): void {
    const trailers = endToEnd(texts(controller.rawTrailers));
    if (trailers.length > 0) this.#response.addTrailers(trailers);
    this.#response.end();
    this.#finish(null);
  }

  onResponseError(_controller: unknown, error: Error): void {
    // A broken connection is the only way to say that an answer is incomplete
    if (this.#response.headersSent) this.#response.destroy();
    this.#finish(error);
  }

  #finish(error: Error | null): void {
    const sent = this.#sentAt !== null;
    this.#done({
      sent,
      status: this.#status,
      latencyMs: this.#latencyMs,
      callerGone: this.#callerGone || (!sent && this.#response.destroyed),
      error,
    });
  }
}

function gone(): Error {
  return new Error('The caller closed its connection.');
}

/** undici hands out raw headers as buffers, in name-value order. */
function texts(raw: Dispatcher.DispatchController['rawHeaders']): string[] {
  if (!Array.isArray(raw)) return [];
  return raw.map((item) => (typeof item === 'string' ? item : item.toString('latin1')));
}

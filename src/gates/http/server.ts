import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { endToEnd, headerPairs } from '../../protocol/http/headers.ts';
import { problem, rawAnswer } from '../../protocol/http/problem.ts';
import { answerProblem } from './answer.ts';
import { maxHeaderSize } from './upstream.ts';

export interface HttpHandlers {
  request(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): Promise<void>;
  /** A WebSocket handshake; what follows it on the connection is not parsed. */
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void>;
}

/**
 * Node's own server with its strict parser, without its time limits: a slow upload and a held request that waits
 * for people are both fine. An exception in a handler ends that connection and lets nothing through.
 */
export function gateServer(handlers: HttpHandlers): Server {
  const server = createServer({ maxHeaderSize, requestTimeout: 0, keepAliveTimeout: 60_000 });
  const turns = new WeakMap<Socket, Promise<void>>();
  const handle = (request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void => {
    // Aborted uploads surface where the body is read
    request.on('error', () => {});
    response.on('error', () => {});
    // Requests that a client sends without waiting for answers reach the target in their order
    const before = turns.get(request.socket) ?? Promise.resolve();
    const turn = before
      .then(() => handlers.request(request, response, expectsContinue))
      .catch(() => {
        void answerProblem(request, response, internal);
      });
    turns.set(request.socket, turn);
  };
  server.on('request', (request, response) => handle(request, response, false));
  server.on('checkContinue', (request, response) => handle(request, response, true));
  server.on('upgrade', (request, stream, head) => {
    if (!(stream instanceof Socket)) {
      stream.destroy();
      return;
    }
    stream.on('error', () => stream.destroy());
    if (!isWebSocket(request)) {
      withoutUpgrade(server, request, stream, head);
      return;
    }
    handlers.upgrade(request, stream, head).catch(() => stream.destroy());
  });
  server.on('clientError', (error, stream) => {
    if (!stream.writable) {
      stream.destroy();
      return;
    }
    const why = 'code' in error && typeof error.code === 'string' ? error.code : 'unreadable';
    stream.end(
      rawAnswer(problem(400, 'request', 'Bad request', `The request is not valid: ${why}`), 'Bad Request'),
    );
  });
  return server;
}

const internal = problem(
  500,
  'gate',
  'Gate failed',
  'The gate failed on this request; it was not let through.',
);

function isWebSocket(request: IncomingMessage): boolean {
  return request.headers.upgrade?.toLowerCase() === 'websocket';
}

/**
 * An offer to upgrade to something else (Java's client offers h2c on every plain request) may be ignored by a
 * server, but Node has taken the connection away from its parser by then: hand it back without the offer.
 */
function withoutUpgrade(server: Server, request: IncomingMessage, socket: Socket, head: Buffer): void {
  const framing = headerPairs(request.rawHeaders).filter(([name]) =>
    /^(transfer-encoding|proxy-authorization)$/i.test(name),
  );
  const headers = [...endToEnd(request.rawHeaders), ...framing].map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  const start = `${request.method} ${request.url} HTTP/1.1\r\n${headers.join('')}\r\n`;
  socket.unshift(Buffer.concat([Buffer.from(start, 'latin1'), head]));
  server.emit('connection', socket);
}

import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { HttpAction } from '../../policy/action.ts';
import { framingProblem, hasBody } from '../../protocol/http/framing.ts';
import { endToEnd } from '../../protocol/http/headers.ts';
import { problem, reasonPhrase } from '../../protocol/http/problem.ts';
import { answerRaw, refuse, settlementOf, settleOnce } from './answer.ts';
import { actionHead, type HttpGateContext, outgoingHeaders, type Route, unreachable } from './exchange.ts';
import { splice } from './splice.ts';

/**
 * A WebSocket handshake: judged as the request it is. Only a 101 of the target opens the connection; after any
 * other answer it ends, as further requests on it would reach the target unjudged. Goes through node:http, as
 * undici does not hand out an answer that declines the upgrade.
 */
export async function exchangeUpgrade(
  gate: HttpGateContext,
  route: Route,
  request: IncomingMessage,
  client: Socket,
  head: Buffer,
): Promise<void> {
  const fault = framingProblem(request.rawHeaders);
  if (fault !== null || hasBody(request.rawHeaders)) {
    const why = fault ?? 'a WebSocket handshake has no body';
    await answerRaw(client, problem(400, 'request', 'Bad request', why), 'Bad Request');
    return;
  }
  const outgoing = outgoingHeaders(route, request);
  const action: HttpAction = {
    ...actionHead(gate, route, request, outgoing),
    body: { known: true, value: null },
    bodyDigest: null,
  };
  const ruling = await gate.judge.judge(action, null);
  if (client.destroyed) {
    ruling.settle('void');
    return;
  }
  if (ruling.outcome !== 'allow') {
    await refuse(ruling, (body, reason) => answerRaw(client, body, reason));
    return;
  }
  const settle = settleOnce(ruling);
  try {
    const upstream = await gate.upstream.connect(route.scheme, route.authority);
    if (client.destroyed) {
      upstream.destroy();
      settle('void');
      return;
    }
    const answer = await handshake(upstream, route, request, outgoing, client);
    settle(settlementOf(answer.status), answer.latencyMs);
    client.write(answer.head);
    if (head.length > 0) client.unshift(head);
    answer.relay(client);
  } catch (error) {
    settle('failed');
    await answerRaw(client, unreachable(route.target, route.authority, error), 'Bad Gateway');
  }
}

interface Handshake {
  readonly status: number;
  readonly latencyMs: number;
  readonly head: Buffer;
  relay(client: Socket): void;
}

function handshake(
  upstream: Socket,
  route: Route,
  request: IncomingMessage,
  headers: readonly (readonly [string, string])[],
  client: Socket,
): Promise<Handshake> {
  client.once('close', () => upstream.destroy());
  const sentAt = performance.now();
  const outgoing = httpRequest({
    createConnection: () => upstream,
    method: request.method,
    path: route.resource.raw,
    headers: [...headers, ['Connection', 'Upgrade'], ['Upgrade', 'websocket']].flat(),
    setHost: false,
  });
  return new Promise((resolve, reject) => {
    outgoing.once('error', reject);
    outgoing.once('upgrade', (response: IncomingMessage, _socket, rest: Buffer) => {
      if (rest.length > 0) upstream.unshift(rest);
      const kept = [
        ['Connection', 'Upgrade'],
        ['Upgrade', 'websocket'],
      ];
      resolve({
        status: 101,
        latencyMs: performance.now() - sentAt,
        head: answerHead(response, [...endToEnd(response.rawHeaders), ...kept]),
        relay: (to) => splice(to, upstream),
      });
    });
    outgoing.once('response', (response: IncomingMessage) => {
      const headers = endToEnd(response.rawHeaders, ['content-length']).map(([name, value]) => [
        name,
        route.response(name.toLowerCase(), value),
      ]);
      resolve({
        status: response.statusCode ?? 502,
        latencyMs: performance.now() - sentAt,
        // The end of the connection is the end of the body
        head: answerHead(response, [...headers, ['Connection', 'close']]),
        relay: (to) => {
          response.once('error', () => to.destroy());
          to.resume();
          response.pipe(to);
        },
      });
    });
    outgoing.end();
  });
}

function answerHead(response: IncomingMessage, headers: readonly (readonly string[])[]): Buffer {
  const start = `HTTP/1.1 ${response.statusCode} ${reasonPhrase(response.statusMessage ?? '')}\r\n`;
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${start}${lines.join('')}\r\n`, 'latin1');
}

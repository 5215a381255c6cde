import type { IncomingMessage, ServerResponse } from 'node:http';
import { JitError } from '../../errors.ts';
import type { HttpAction, Origin, Target } from '../../policy/action.ts';
import type { Judge, Settlement } from '../../policy/judge.ts';
import { type Authority, formatAuthority, hostHeader } from '../../protocol/http/authority.ts';
import { framingProblem } from '../../protocol/http/framing.ts';
import { endToEnd, headerValue, headerValues, joinHeaders } from '../../protocol/http/headers.ts';
import { type Problem, problem } from '../../protocol/http/problem.ts';
import type { OriginTarget } from '../../protocol/http/request-target.ts';
import { originHeader } from '../../protocol/origin.ts';
import { baggageWithout, originInBaggage } from '../../protocol/origin-conventions.ts';
import type { ReadOrigin } from '../origins.ts';
import { answerProblem, refuse, settlementOf, settleOnce } from './answer.ts';
import { takeBody } from './body.ts';
import { type Forwarded, forward, type HeaderRewrite } from './forward.ts';
import { connectionFault, type Upstream } from './upstream.ts';

/** What every HTTP gate has. */
export interface HttpGateContext {
  readonly judge: Judge;
  readonly upstream: Upstream;
  /** Bytes. */
  readonly bodyLimit: number;
  readonly origins: ReadOrigin;
}

/** Where one request goes. */
export interface Route {
  readonly scheme: 'http' | 'https';
  readonly authority: Authority;
  readonly target: Target;
  readonly resource: OriginTarget;
  /** What the target is to see as Host. */
  readonly host: string;
  /** What opened the connection, for a request on it that says nothing itself. */
  readonly opener: Origin | null;
  /** Changes a request or answer on its way; the identity for a forward proxy. */
  readonly request: (headers: [string, string][]) => [string, string][];
  readonly response: HeaderRewrite;
}

/** A forward proxy's route: nothing is changed on the way. */
export function plainRoute(
  scheme: 'http' | 'https',
  authority: Authority,
  target: Target,
  resource: OriginTarget,
): Route {
  const host = hostHeader(scheme, authority);
  return {
    scheme,
    authority,
    target,
    resource,
    host,
    opener: null,
    request: (headers) => headers,
    response: (_, value) => value,
  };
}

/** Judges one request and obeys. `expectsContinue`: the caller waits before it sends the body. */
export async function exchange(
  gate: HttpGateContext,
  route: Route,
  request: IncomingMessage,
  response: ServerResponse,
  expectsContinue: boolean,
): Promise<void> {
  const fault = framingProblem(request.rawHeaders);
  if (fault !== null) {
    response.shouldKeepAlive = false;
    await answerProblem(request, response, problem(400, 'request', 'Bad request', fault));
    return;
  }
  let continued = !expectsContinue;
  const outgoing = outgoingHeaders(route, request);
  const head = actionHead(gate, route, request, outgoing);
  const body = await takeBody(request, gate.judge.reads(head), gate.bodyLimit, () => {
    if (!continued) response.writeContinue();
    continued = true;
  });
  const action: HttpAction = { ...head, body: body.seen, bodyDigest: body.digest };
  // where it cannot be loaded, nobody is left waiting for how an allowed request ended
  const dispatcher = await gate.upstream.dispatcher();
  const ruling = await gate.judge.judge(action, null);
  const settle = settleOnce(ruling);
  // The response learns of a closed connection a moment after the socket
  if (response.destroyed || request.socket.destroyed) {
    settle('void');
    return;
  }
  if (ruling.outcome !== 'allow') {
    // A caller that was never told to go on may send the body or not: the connection cannot be used again
    if (!continued) response.shouldKeepAlive = false;
    await refuse(ruling, (text) => answerProblem(request, response, text));
    return;
  }
  const result = await forward(
    dispatcher,
    {
      origin: `${route.scheme}://${formatAuthority(route.authority)}`,
      method: request.method ?? '',
      path: route.resource.raw,
      headers: outgoing,
      body: body.forward(),
    },
    response,
    route.response,
  );
  settle(settlementOfForwarded(result), result.latencyMs);
  if (result.error !== null && !response.destroyed) {
    await answerProblem(request, response, unreachable(route.target, route.authority, result.error));
  }
}

/** The part of the action that stands in the request's head. `outgoing`: what is sent where it is allowed. */
export function actionHead(
  gate: Pick<HttpGateContext, 'origins'>,
  route: Route,
  request: IncomingMessage,
  outgoing: readonly (readonly [string, string])[],
): Omit<HttpAction, 'body' | 'bodyDigest'> {
  return {
    kind: 'http',
    target: route.target,
    origin: originOf(gate, request) ?? route.opener,
    method: { known: true, value: request.method ?? '' },
    scheme: route.scheme,
    host: route.authority.host,
    port: route.authority.port,
    path: { known: true, value: route.resource.path },
    query: { known: true, value: route.resource.query },
    headers: joinHeaders(outgoing),
    contentType: headerValue(request.rawHeaders, 'content-type'),
  };
}

/** What the target gets: judged and sent are the same list. */
export function outgoingHeaders(route: Route, request: IncomingMessage): [string, string][] {
  const kept = endToEnd(request.rawHeaders, ['host', 'expect', originHeader]);
  return [['Host', route.host], ...route.request(kept.flatMap(withoutOrigin))];
}

/** What the preload says, else the suite's own baggage. */
export function originOf(
  { origins }: Pick<HttpGateContext, 'origins'>,
  request: IncomingMessage,
): Origin | null {
  const { rawHeaders } = request;
  const told = headerValue(rawHeaders, originHeader);
  return origins(told ?? originInBaggage(headerValues(rawHeaders, 'baggage').join(',')));
}

/** An origin is not part of what is judged: the same request from another line has the same id. */
function withoutOrigin([name, value]: [string, string]): [string, string][] {
  if (name.toLowerCase() !== 'baggage' || !value.includes('jit.')) return [[name, value]];
  const rest = baggageWithout(value);
  return rest === '' ? [] : [[name, rest]];
}

function settlementOfForwarded({ sent, status, callerGone, error }: Forwarded): Settlement {
  if (!sent && callerGone) return 'void';
  if (status === null || (error !== null && !callerGone)) return 'failed';
  return settlementOf(status);
}

/** The answer where a target could not be reached or broke off before it answered. */
export function unreachable(target: Target, authority: Authority, error: unknown): Problem {
  if (error instanceof JitError && error.code === 'gate-loop') {
    return problem(403, 'gate-loop', 'Not through the gate', error.message);
  }
  const named = target.declared
    ? `target ${target.name} (${formatAuthority(authority)})`
    : formatAuthority(authority);
  return problem(
    502,
    'unreachable',
    'Target did not answer',
    `No answer from ${named}: ${connectionFault(error)}`,
  );
}

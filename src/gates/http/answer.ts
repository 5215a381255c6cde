import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Refused, Ruling, Settlement } from '../../policy/judge.ts';
import { type Problem, problemType, rawAnswer, refusalProblem } from '../../protocol/http/problem.ts';

/** Answers with a problem document. Resolves whether the answer left for the caller. */
export function answerProblem(
  request: IncomingMessage,
  response: ServerResponse,
  body: Problem,
): Promise<boolean> {
  return new Promise((resolve) => {
    response.once('finish', () => resolve(true));
    response.once('close', () => resolve(false));
    if (response.headersSent || response.destroyed) {
      response.destroy();
      resolve(false);
      return;
    }
    // What the caller still sends is thrown away, so that it gets round to reading the answer
    request.resume();
    const json = Buffer.from(JSON.stringify(body));
    response.writeHead(body.status, { 'Content-Type': problemType, 'Content-Length': json.length });
    response.end(json);
  });
}

/** The same on a bare connection, which ends with it. */
export function answerRaw(
  socket: Duplex,
  body: Problem,
  reason: string,
  headers: readonly string[] = [],
): Promise<boolean> {
  return new Promise((resolve) => {
    socket.once('finish', () => resolve(true));
    socket.once('close', () => resolve(false));
    socket.once('error', () => resolve(false));
    if (socket.destroyed) resolve(false);
    else socket.end(rawAnswer(body, reason, headers));
    socket.resume();
  });
}

/** Tells a refusal, and tells the judge whether it arrived: only then does it count. */
export async function refuse(
  ruling: Refused,
  answer: (body: Problem, reason: string) => Promise<boolean>,
): Promise<void> {
  const arrived = await answer(refusalProblem(ruling), refusalReason(ruling));
  ruling.settle(arrived ? 'refused' : 'void');
}

/** What stands in the reason phrase, all that some clients show. */
function refusalReason(ruling: Refused): string {
  return ruling.outcome === 'held'
    ? `Held by JIT Approval: ${ruling.actionId}`
    : `Denied by JIT Approval: ${ruling.actionId}`;
}

/** How an answered request ended: HTTP's errors are errors of the target. */
export function settlementOf(status: number): Settlement {
  return status >= 400 ? 'failed' : 'completed';
}

/** A ruling that is settled once, whichever of several events comes first. */
export function settleOnce(ruling: Ruling): (settlement: Settlement, latencyMs?: number) => void {
  let settled = false;
  return (settlement, latencyMs) => {
    if (settled) return;
    settled = true;
    ruling.settle(settlement, latencyMs);
  };
}

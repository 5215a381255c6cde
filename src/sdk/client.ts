import { request as httpRequest } from 'node:http';
import { JitError, messageOf } from '../errors.ts';
import type { RefusalWords } from './errors.ts';

export type Answer =
  | { readonly outcome: 'allow'; readonly ticket: string }
  | ({ readonly outcome: 'held' } & RefusalWords)
  | ({ readonly outcome: 'denied' } & RefusalWords);

/**
 * Asks the local API at `base` (JIT_APPROVAL_URL) about one action, given as JSON text. Waits as long as it
 * takes: a rule may wait for people. Anything but an answer throws, so that the caller does nothing.
 */
export async function askJudge(base: string, json: string): Promise<Answer> {
  const { status, text } = await post(base, '/v1/judge', json);
  const answer = status === 200 ? readAnswer(text) : null;
  if (answer === null) throw new JitError('JA003', `${refusedBy(base)} ${status}: ${detailOf(text)}`);
  return answer;
}

/** Tells how an allowed action ended. */
export async function tellSettlement(
  base: string,
  ticket: string,
  settlement: 'completed' | 'failed' | 'void',
  latencyMs: number,
): Promise<void> {
  const { status, text } = await post(base, '/v1/settle', JSON.stringify({ ticket, settlement, latencyMs }));
  if (status !== 204) throw new JitError('JA003', `${refusedBy(base)} ${status}: ${detailOf(text)}`);
}

function refusedBy(base: string): string {
  return `JIT Approval at ${place(base)} was asked and answered`;
}

/** The address without its secret path. */
function place(base: string): string {
  return URL.parse(base)?.origin ?? 'JIT_APPROVAL_URL';
}

function post(base: string, path: string, body: string): Promise<{ status: number; text: string }> {
  const url = URL.parse(`${base.replace(/\/$/, '')}${path}`);
  if (url === null || url.protocol !== 'http:') {
    const met =
      'JIT_APPROVAL_URL is set but holds no http:// address. Start the suite by `jit-approval run`.';
    return Promise.reject(new JitError('JA003', met));
  }
  return new Promise((resolve, reject) => {
    const unreachable = (error: unknown): void => {
      const why = error instanceof Error && 'code' in error ? String(error.code) : messageOf(error);
      const what =
        `JIT_APPROVAL_URL is set, but nothing answers at ${url.origin} (${why}), so nothing was done. ` +
        'The run that set it has ended, or this process outlived it; unset the variable to go on without a gate.';
      reject(new JitError('JA003', what, { cause: error }));
    };
    // An agent of its own: the global one may send everything through HTTP_PROXY
    const request = httpRequest(url, {
      method: 'POST',
      agent: false,
      headers: { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) },
    });
    request.once('error', unreachable);
    request.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', unreachable);
      response.once('end', () => {
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') });
      });
    });
    request.end(body);
  });
}

function readAnswer(text: string): Answer | null {
  const fields = readObject(text);
  if (fields === null) return null;
  const { outcome, ticket, actionId, message, detail, hint } = fields;
  if (outcome === 'allow') return typeof ticket === 'string' ? { outcome, ticket } : null;
  if (outcome !== 'held' && outcome !== 'denied') return null;
  if (typeof actionId !== 'string' || typeof message !== 'string') return null;
  return {
    outcome,
    actionId,
    message,
    detail: typeof detail === 'string' ? detail : '',
    hint: typeof hint === 'string' ? hint : '',
  };
}

function detailOf(text: string): string {
  const detail = readObject(text)?.detail;
  return typeof detail === 'string' ? detail : 'no reason given';
}

function readObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger, Probot } from 'probot';
import { within } from '../log.ts';
import type { DeliveryOutcome } from '../metrics.ts';
import type { Handler } from '../server.ts';
import { bodyLimit, bodyReader } from './body.ts';
import { plain } from './respond.ts';

export const webhooksPath = '/api/github/webhooks';

/** Probot's: true, or a promise of it, when it has answered. */
type Middleware = (request: IncomingMessage, response: ServerResponse) => unknown;
type Signer = Pick<Probot['webhooks'], 'sign' | 'verify'>;

export interface WebhookOptions {
  /** The secret in use first, then those that are being replaced. */
  readonly signers: readonly [Signer, ...Signer[]];
  readonly middleware: Middleware;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  counted(event: string, outcome: DeliveryOutcome): void;
}

/**
 * Takes GitHub's deliveries. Headers are looked at before a body is read, and the signature (in constant time)
 * before it is parsed: a stranger costs one HMAC and one line of the log, which holds nothing of what was sent.
 */
export function webhookHandler({ signers, middleware, log, counted }: WebhookOptions): Handler {
  const read = bodyReader();

  async function verified(body: string, signature: string): Promise<Signer | null> {
    for (const signer of signers) {
      if (await signer.verify(body, signature).catch(() => false)) return signer;
    }
    return null;
  }

  return async (request, response) => {
    const head = headOf(request);
    if (typeof head === 'string') return refuse(response, 400, head);
    const bytes = await read(request);
    if (bytes === 413) return refuse(response, 413, `Expected a body of at most ${bodyLimit} bytes`);
    if (bytes === 503) return refuse(response, 503, 'Too many bodies at once');
    const body = bytes.toString('utf8');
    const signer = await verified(body, head.signature);
    if (signer === null) return refuse(response, 400, 'The signature does not fit the body and our secret');
    // Probot knows one secret; what another one signed is signed anew for it
    if (signer !== signers[0]) request.headers['x-hub-signature-256'] = await signers[0].sign(body);
    // where the middleware looks for a body that was read already
    Object.assign(request, { body });
    await within({ delivery: head.delivery, event: head.event }, () => handle(request, response, head.event));
  };

  function refuse(response: ServerResponse, status: 400 | 413 | 503, why: string): void {
    counted('unverified', 'refused');
    log.warn({ status }, `webhook refused: ${why}`);
    plain(response, status, `${why}\n`, { close: status !== 400 });
  }

  async function handle(request: IncomingMessage, response: ServerResponse, event: string): Promise<void> {
    const begun = performance.now();
    if ((await middleware(request, response)) !== true && !response.headersSent) {
      plain(response, 404, 'Not found\n');
    }
    const { statusCode } = response;
    counted(event, statusCode === 202 ? 'late' : statusCode < 300 ? 'taken' : 'failed');
    log.info({ status: statusCode, ms: Math.round(performance.now() - begun) }, 'webhook answered');
  }
}

interface Head {
  readonly signature: string;
  readonly event: string;
  readonly delivery: string;
}

/** What every delivery of GitHub has; a string says what is missing. */
function headOf({ method, headers }: IncomingMessage): Head | string {
  if (method !== 'POST') return 'Expected a POST';
  if (!/^application\/json\b/i.test(headers['content-type'] ?? '')) return 'Expected application/json';
  const {
    'x-hub-signature-256': signature,
    'x-github-event': event,
    'x-github-delivery': delivery,
  } = headers;
  if (typeof signature !== 'string') return 'Expected the header X-Hub-Signature-256';
  if (typeof event !== 'string' || !/^[a-z_]{1,64}$/.test(event)) return 'Expected the header X-GitHub-Event';
  if (typeof delivery !== 'string' || !/^[\w-]{1,64}$/.test(delivery)) {
    return 'Expected the header X-GitHub-Delivery';
  }
  return { signature, event, delivery };
}

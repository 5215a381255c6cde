import { createHash, timingSafeEqual } from 'node:crypto';
import { messageOf } from '../../errors.ts';
import type { Metrics } from '../metrics.ts';
import type { Handler } from '../server.ts';
import { plain, refusedAsWrite } from './respond.ts';

/** The process answers. Nothing else is asked: no restart helps a ledger or a GitHub that is away. */
export const live: Handler = (request, response) => {
  if (!refusedAsWrite(request, response)) plain(response, 200, 'ok\n');
};

/** One thing that must be well before this process is sent deliveries; throws when it is not. */
export interface Need {
  readonly name: string;
  check(): Promise<unknown>;
}

/** An orchestrator asks every few seconds; one that waits longer than this for the answer gives up. */
const patienceMs = 3000;

/** 200 when every need is met, else 503; one line each. Reasons are in the log and not in the answer. */
export function readiness(
  needs: readonly Need[],
  log: { warn(facts: object, words: string): void },
): Handler {
  return async (request, response) => {
    if (refusedAsWrite(request, response)) return;
    const met = await Promise.all(
      needs.map(async ({ name, check }) => {
        try {
          await withinPatience(check());
          return { name, ok: true };
        } catch (thrown) {
          log.warn({ need: name }, `not ready, ${name}: ${messageOf(thrown)}`);
          return { name, ok: false };
        }
      }),
    );
    const lines = met.map(({ name, ok }) => `${name}: ${ok ? 'ok' : 'not ready'}\n`);
    plain(response, met.every(({ ok }) => ok) ? 200 : 503, lines.join(''));
  };
}

async function withinPatience(asked: Promise<unknown>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${patienceMs} ms`)), patienceMs);
  try {
    await Promise.race([asked, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Prometheus' page; with a token only for who sends it. */
export function metricsPage(metrics: Pick<Metrics, 'text' | 'contentType'>, token: string | null): Handler {
  return async (request, response) => {
    if (refusedAsWrite(request, response)) return;
    if (token !== null && !same(request.headers.authorization ?? '', `Bearer ${token}`)) {
      return plain(response, 401, 'Expected the bearer token of METRICS_TOKEN\n');
    }
    plain(response, 200, await metrics.text(), { type: metrics.contentType });
  };
}

/** Compared by digest, so that neither time nor length tells anything. */
function same(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

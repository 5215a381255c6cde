import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import type { Random } from './random.ts';
import { type Answer, bodyOf, forward, give, listen, refusal } from './relay.ts';

/** What one App process is to the storm. */
export interface Target {
  /** Where it takes webhooks; null while it is dead. */
  webhookUrl(): string | null;
  /** `kill -9`. */
  kill(): void;
}

export interface Storm {
  /** From now on everything arrives, once, and nobody is killed. */
  calm(): void;
  /** What happened so far, by name. */
  readonly counts: Readonly<Record<string, number>>;
  close(): void;
}

/** Webhooks: doubled, late and so out of order, lost. */
const webhooks = { doubled: 0.3, late: 0.3, lost: 0.1 };
const latestMs = 300;
/** Requests to GitHub. Each failure hits half before GitHub has done what was asked, and half after. */
const requests = { failed: 0.05, limited: 0.01, reset: 0.02 };
/**
 * People's commands, and who pushed, are told by webhooks alone: of these GitHub knows that they failed. What it
 * believes to be delivered nobody can ask for again.
 */
const told = new Set(['issue_comment', 'check_run', 'pull_request']);

function counter() {
  const counts: Record<string, number> = {};
  return { counts, count: (what: string) => (counts[what] = (counts[what] ?? 0) + 1) };
}

/** The next page is asked for here as well. */
function linksTo(answer: Answer, from: string, to: string): Answer {
  const { link } = answer.headers;
  if (typeof link !== 'string') return answer;
  return { ...answer, headers: { ...answer.headers, link: link.replaceAll(from, to) } };
}

/** Between GitHub and the Apps, for webhooks. Answers where GitHub must send them. */
export async function webhookStorm(
  { chance, whole, pick }: Random,
  targets: readonly Target[],
): Promise<Storm & { readonly url: string }> {
  const { counts, count } = counter();
  let raging = true;

  async function pass(incoming: IncomingMessage, body: Buffer): Promise<number> {
    const living = targets.flatMap((target) => target.webhookUrl() ?? []);
    if (living.length === 0) return 502;
    return (await forward(incoming, body, pick(living)).catch(() => ({ status: 502 }))).status;
  }

  const server = await listen(async (incoming, outgoing) => {
    const body = await bodyOf(incoming);
    count('webhooks');
    if (raging && chance(webhooks.lost)) {
      count('lost');
      const unheard = !told.has(String(incoming.headers['x-github-event'])) && chance(0.5);
      return unheard ? outgoing.writeHead(200).end() : outgoing.destroy();
    }
    if (raging && chance(webhooks.late)) {
      count('late');
      await setTimeout(whole(latestMs));
    }
    const twice = raging && chance(webhooks.doubled);
    if (twice) count('doubled');
    const [status] = await Promise.all([pass(incoming, body), ...(twice ? [pass(incoming, body)] : [])]);
    return outgoing.writeHead(status ?? 502).end();
  });
  return {
    url: `http://${server.host}/api/github/webhooks`,
    counts,
    calm: () => {
      raging = false;
    },
    close: server.close,
  };
}

/** Between one App process and GitHub. About every `killEvery` requests the process dies, before or after one. */
export async function requestStorm(
  { chance, pick }: Random,
  github: string,
  target: Target,
  killEvery: number,
): Promise<Storm & { readonly host: string }> {
  const { counts, count } = counter();
  let raging = true;

  async function fault(outgoing: ServerResponse): Promise<unknown> {
    const kind = pick([
      'failed',
      'failed',
      'failed',
      'failed',
      'failed',
      'limited',
      'reset',
      'reset',
    ] as const);
    count(kind);
    if (kind === 'reset') return outgoing.destroy();
    return give(
      outgoing,
      kind === 'failed'
        ? refusal(500, 'Server Error')
        : refusal(403, 'You have exceeded a secondary rate limit.', { 'retry-after': '1' }),
    );
  }

  const server = await listen(async (incoming, outgoing) => {
    const body = await bodyOf(incoming);
    count('requests');
    const kill = raging && chance(1 / killEvery);
    const faulty = raging && chance(requests.failed + requests.limited + requests.reset);
    const before = chance(0.5);
    if (kill && before) count('killed before');
    if (kill && before) return target.kill();
    if (faulty && before) return fault(outgoing);
    const answer = linksTo(await forward(incoming, body, github), github, `http://${server.host}`);
    if (kill) count('killed after');
    if (kill) return target.kill();
    return faulty ? fault(outgoing) : give(outgoing, answer);
  });
  return {
    host: server.host,
    counts,
    calm: () => {
      raging = false;
    },
    close: server.close,
  };
}

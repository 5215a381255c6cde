import { JitError, messageOf } from '../errors.ts';
import {
  type LiveDecisions,
  type LivePost,
  type LivePosted,
  liveDecisionsSchema,
  liveEnd,
  liveEvent,
  livePaths,
  livePostedSchema,
  liveRefusalSchema,
} from '../report/live.ts';
import { type ServerEvent, serverEvents } from './events.ts';

/** A job's way to the App. It proves who it is by a fresh ID token at every request. */
export interface ChannelOptions {
  /** Address of the App, without a slash at its end; also the audience of the tokens. */
  readonly app: string;
  /** `run.job` of the report. */
  readonly job: string;
  readonly idToken: (audience: string) => Promise<string>;
}

/** The App said no, and will say so again: connecting once more is no use. */
export class ChannelRefused extends JitError<'CHANNEL_REFUSED'> {
  constructor(message: string) {
    super('CHANNEL_REFUSED', message);
  }
}

/** The App sends a sign of life every 15 s. */
const silenceMs = 45_000;
const requestMs = 20_000;

export interface Channel {
  /** Says what is held. Throws ChannelRefused, or another error when it is not known whether it arrived. */
  post(post: Omit<LivePost, 'version' | 'job'>): Promise<LivePosted>;
  /**
   * Listens until the connection ends, and resolves then. `last` is the id of the last event that was heard.
   * Throws ChannelRefused where the App refuses or ends the waiting, another error when the connection breaks.
   */
  listen(last: string | null, hear: Hear, signal: AbortSignal): Promise<void>;
}

export interface Hear {
  /** The App has answered; events follow. */
  connected(): void;
  decisions(decisions: LiveDecisions, id: string | null): void;
}

export function openChannel({ app, job, idToken }: ChannelOptions): Channel {
  const headers = async () => ({ authorization: `Bearer ${await idToken(app)}` });
  return {
    async post(post) {
      const body = JSON.stringify({ version: 1, job, ...post });
      const answer = await fetch(`${app}${livePaths.holds}`, {
        method: 'POST',
        headers: { ...(await headers()), 'content-type': 'application/json' },
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(requestMs),
      });
      if (!answer.ok) throw await refusalOf(answer);
      return livePostedSchema.parse(await answer.json());
    },
    async listen(last, hear, signal) {
      const silence = new AbortController();
      let timer = setTimeout(() => silence.abort(), silenceMs);
      const heard = () => {
        clearTimeout(timer);
        timer = setTimeout(() => silence.abort(new Error('the App fell silent')), silenceMs);
      };
      try {
        const answer = await fetch(`${app}${livePaths.decisions}?${new URLSearchParams({ job })}`, {
          headers: {
            ...(await headers()),
            accept: 'text/event-stream',
            ...(last === null ? {} : { 'last-event-id': last }),
          },
          redirect: 'error',
          signal: AbortSignal.any([signal, silence.signal]),
        });
        if (!answer.ok || answer.body === null) throw await refusalOf(answer);
        hear.connected();
        for await (const event of serverEvents(answer.body, heard)) take(event, hear);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

function take({ event, data, id }: ServerEvent, hear: Hear): void {
  if (event === liveEnd) {
    const why: unknown = JSON.parse(data);
    throw new ChannelRefused(`the App ended the waiting: ${String(why).slice(0, 500)}`);
  }
  if (event !== liveEvent) return;
  const parsed = liveDecisionsSchema.safeParse(JSON.parse(data));
  // what cannot be read releases nothing
  if (!parsed.success) throw new ChannelRefused('the App speaks otherwise than this action; is it newer?');
  hear.decisions(parsed.data, id);
}

/** Too many requests and faults of the App's own may pass; anything else stays as it is. */
async function refusalOf(answer: Response): Promise<Error> {
  const parsed = liveRefusalSchema.safeParse(await answer.json().catch(() => null));
  const words = parsed.success ? parsed.data.message : `it answered ${answer.status}`;
  const passing = answer.status === 429 || answer.status >= 500;
  return passing
    ? new Error(`the App could not serve this job: ${words}`)
    : new ChannelRefused(`the App refused this job: ${words}`);
}

/** Why a failure of `fetch` came about: its own message says nothing. */
export function connectionProblem(thrown: unknown): string {
  const cause = thrown instanceof Error ? thrown.cause : undefined;
  return cause instanceof Error ? messageOf(cause) : messageOf(thrown);
}

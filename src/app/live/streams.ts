import type { ServerResponse } from 'node:http';
import type { RecordedFact } from '../../approval/facts.ts';
import { messageOf } from '../../errors.ts';
import type { WorkflowRun } from '../../github/port.ts';
import type { PullKey } from '../../ledger/port.ts';
import { liveEnd, liveEvent } from '../../report/live.ts';
import type { Desk } from '../desk.ts';
import { LiveRefusal } from './refusal.ts';
import type { Told } from './told.ts';

const usualLimits = {
  /** A matrix has at most 256 jobs. */
  perRun: 256,
  /** So that no repository takes what the others need. */
  perRepository: 500,
  inAll: 1000,
};
/** Silence after which the other side gives a connection up is three times as long. */
const heartbeatMs = 15_000;
/** Another replica may have written what this one does not hear of. */
const lookEveryMs = 3000;
/** The job's right to listen is asked again at least so often: it must come with a new token then. */
const longestMs = 10 * 60_000;
const longestBacklog = 64 * 1024;
/** What the other side has to take the last words of a stream that ends. */
const lastWordsMs = 5000;

/** Whose stream it is. */
export interface Listener {
  readonly key: PullKey;
  readonly run: Pick<WorkflowRun, 'id'>;
  /** What is to be told by these facts. */
  tell(facts: readonly RecordedFact[]): Promise<Told>;
}

export interface Streams {
  /** `lastSeen` is the id of the last event that the job has had, 0 for none. */
  open(listener: Listener, lastSeen: number, response: ServerResponse): void;
  /** The facts of a pull request may have changed. */
  changed(key: PullKey): void;
  /** Ends every stream; the jobs come back to whoever answers then. */
  close(): void;
}

/** Streams of server-sent events, one per waiting job. */
export function liveStreams(
  desk: Pick<Desk, 'ledger' | 'log' | 'metrics'>,
  limits: Partial<typeof usualLimits> = {},
): Streams {
  const { perRun, perRepository, inAll } = { ...usualLimits, ...limits };
  const streams = new Set<Stream>();
  const timers = [
    setInterval(() => each((stream) => stream.beat()), heartbeatMs),
    setInterval(() => each((stream) => stream.look()), lookEveryMs),
  ];
  for (const timer of timers) timer.unref();
  const each = (what: (stream: Stream) => void) => {
    for (const stream of streams) what(stream);
  };
  return {
    open(listener, lastSeen, response) {
      // gone while GitHub was asked who it is: its end was told already, and would be heard by nobody
      if (response.closed) return;
      const { key, run } = listener;
      const ofRepository = [...streams].filter(({ of }) => of.key.repository === key.repository);
      const ofRun = ofRepository.filter(({ of }) => of.run.id === run.id);
      if (ofRun.length >= perRun)
        throw new LiveRefusal(429, `This run listens on ${perRun} connections already.`);
      if (ofRepository.length >= perRepository)
        throw new LiveRefusal(
          429,
          `${perRepository} jobs of ${key.repository} listen already; no other of it can.`,
        );
      if (streams.size >= inAll) throw new LiveRefusal(503, `${inAll} jobs listen already; nobody else can.`);
      const stream = new Stream(desk, listener, lastSeen, response);
      streams.add(stream);
      desk.metrics.streams(streams.size);
      response.once('close', () => {
        stream.end();
        streams.delete(stream);
        desk.metrics.streams(streams.size);
      });
      stream.look();
    },
    changed: (key) =>
      each((stream) => {
        const mine = stream.of.key;
        if (mine.repository === key.repository && mine.number === key.number) stream.look();
      }),
    close() {
      for (const timer of timers) clearInterval(timer);
      each((stream) => stream.end());
    },
  };
}

class Stream {
  readonly of: Listener;
  readonly #desk: Pick<Desk, 'ledger' | 'log'>;
  readonly #response: ServerResponse;
  readonly #life: NodeJS.Timeout;
  /** Sequence of the last fact that was looked at, and what was told last. */
  #seen: number;
  #told = '';
  #looking = false;
  #again = false;

  constructor(
    desk: Pick<Desk, 'ledger' | 'log'>,
    listener: Listener,
    lastSeen: number,
    response: ServerResponse,
  ) {
    this.of = listener;
    this.#desk = desk;
    this.#seen = lastSeen;
    this.#response = response;
    this.#life = setTimeout(() => this.end(), longestMs);
    this.#life.unref();
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // proxies that gather answers would keep the job waiting
      'x-accel-buffering': 'no',
    });
    response.flushHeaders();
  }

  beat(): void {
    this.#write(': still here\n\n');
  }

  /** Tells what has changed since the last look; one look at a time. */
  look(): void {
    this.#again = true;
    if (this.#looking) return;
    this.#looking = true;
    this.#lookNow()
      .catch((thrown: unknown) => {
        // the next look tries again; until then the job hears nothing and releases nothing
        this.#desk.log.warn({ err: thrown, pull: this.of.key }, `live stream: ${messageOf(thrown)}`);
      })
      .finally(() => {
        this.#looking = false;
      });
  }

  end(): void {
    clearTimeout(this.#life);
    if (this.#response.writableEnded) return;
    this.#response.end();
    setTimeout(() => this.#response.destroy(), lastWordsMs).unref();
  }

  async #lookNow(): Promise<void> {
    while (this.#again && !this.#response.writableEnded) {
      this.#again = false;
      const facts = await this.#desk.ledger.facts(this.of.key);
      const sequence = facts.at(-1)?.sequence ?? 0;
      if (sequence <= this.#seen) continue;
      const told = await this.of.tell(facts);
      this.#seen = sequence;
      if (told.kind === 'end') {
        this.#event(liveEnd, sequence, JSON.stringify(told.why));
        this.end();
        return;
      }
      const text = JSON.stringify(told.decisions);
      if (text !== this.#told) this.#event(liveEvent, sequence, text);
      this.#told = text;
    }
  }

  /** JSON has no line breaks, so it is one line of data. */
  #event(name: string, id: number, data: string): void {
    this.#write(`id: ${id}\nevent: ${name}\ndata: ${data}\n\n`);
  }

  #write(text: string): void {
    if (this.#response.writableEnded) return;
    this.#response.write(text);
    // whoever does not read is let go, and may come back
    if (this.#response.writableLength > longestBacklog) this.#response.destroy();
  }
}

import type { ServerResponse } from 'node:http';
import { messageOf } from '../../errors.ts';
import type { PullKey } from '../../ledger/port.ts';
import { liveEnd, liveEvent } from '../../report/live.ts';
import type { Desk } from '../desk.ts';
import type { LiveJob } from './job.ts';
import { LiveRefusal } from './refusal.ts';
import { toldTo } from './told.ts';

/** A matrix has at most 256 jobs; more runs wait at once than this only where something is wrong. */
const maximumPerRun = 256;
const maximumStreams = 1000;
/** Silence after which the other side gives a connection up is three times as long. */
const heartbeatMs = 15_000;
/** Another replica may have written what this one does not hear of. */
const lookEveryMs = 3000;
/** The job's right to listen is asked again at least so often: it must come with a new token then. */
const longestMs = 10 * 60_000;
const longestBacklog = 64 * 1024;

export interface Streams {
  /** `lastSeen` is the id of the last event that the job has had, 0 for none. */
  open(job: LiveJob, name: string, lastSeen: number, response: ServerResponse): void;
  /** The facts of a pull request may have changed. */
  changed(key: PullKey): void;
  /** Ends every stream; the jobs come back to whoever answers then. */
  close(): void;
}

/** Streams of server-sent events, one per waiting job. */
export function liveStreams(desk: Desk): Streams {
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
    open(job, name, lastSeen, response) {
      const ofRun = [...streams].filter((stream) => stream.job.run.id === job.run.id);
      if (ofRun.length >= maximumPerRun)
        throw new LiveRefusal(429, `This run listens on ${maximumPerRun} connections already.`);
      if (streams.size >= maximumStreams)
        throw new LiveRefusal(503, `${maximumStreams} jobs listen already; nobody else can.`);
      const stream = new Stream(desk, job, name, lastSeen, response);
      streams.add(stream);
      response.once('close', () => {
        stream.end();
        streams.delete(stream);
      });
      stream.look();
    },
    changed: (key) =>
      each((stream) => {
        const mine = stream.job.key;
        if (mine.repository === key.repository && mine.number === key.number) stream.look();
      }),
    close() {
      for (const timer of timers) clearInterval(timer);
      each((stream) => stream.end());
    },
  };
}

class Stream {
  readonly job: LiveJob;
  readonly #desk: Desk;
  readonly #name: string;
  readonly #response: ServerResponse;
  readonly #life: NodeJS.Timeout;
  /** Sequence of the last fact that was looked at, and what was told last. */
  #seen: number;
  #told = '';
  #looking = false;
  #again = false;

  constructor(desk: Desk, job: LiveJob, name: string, lastSeen: number, response: ServerResponse) {
    this.job = job;
    this.#desk = desk;
    this.#name = name;
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
        this.#desk.log.warn({ err: thrown, pull: this.job.key }, `live stream: ${messageOf(thrown)}`);
      })
      .finally(() => {
        this.#looking = false;
      });
  }

  end(): void {
    clearTimeout(this.#life);
    if (!this.#response.writableEnded) this.#response.end();
  }

  async #lookNow(): Promise<void> {
    while (this.#again && !this.#response.writableEnded) {
      this.#again = false;
      const facts = await this.#desk.ledger.facts(this.job.key);
      const sequence = facts.at(-1)?.sequence ?? 0;
      if (sequence <= this.#seen) continue;
      const told = await toldTo(this.#desk, this.job, this.#name, facts);
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

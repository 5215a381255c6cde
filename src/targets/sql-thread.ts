import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { messageOf } from '../errors.ts';
import type { SqlAnalysis } from '../policy/action.ts';
import type { AnalyseOptions } from '../policy/sql/analyse.ts';
import { unknownAnalysis } from '../policy/sql/unknown.ts';
import { Gathered, type Piece } from './sql-pieces.ts';

interface LargeText {
  readonly text: string;
  readonly options: AnalyseOptions;
}

/** A text to be analysed, or that the next piece of its analysis may come. */
export type ToThread = LargeText | 'more';

export type FromThread = Piece | 'done';

export interface SqlThreadOptions {
  /**
   * Of one text, from the moment when the thread is given it (the first one waits for the thread's start as
   * well); what takes longer is unknown. By default a minute: the slowest text of 1 MiB, a list of 500,000
   * numbers, took 7 s, and 16 s on a busy machine.
   */
  readonly milliseconds?: number;
  /** What runs in the thread; by default `sql-thread-entry`. */
  readonly entry?: URL;
}

/**
 * Of JavaScript's heap, in MiB: four times what the hungriest text of 1 MiB takes. Not less, as V8 cannot end
 * every thread that comes to its limit, and then ends the process.
 */
const memory = 2048;

/** In `src` as in `dist`, where this module is part of a shared file, the entry stands beside it. */
const usualEntry = new URL(`./sql-thread-entry${path.extname(import.meta.url)}`, import.meta.url);

interface Waiting extends LargeText {
  readonly gathered: Gathered;
  answer(analysis: SqlAnalysis): void;
}

/**
 * Analyses SQL in a thread of its own, one text after the other. The thread is started for the first text, and
 * again for the first one after it died; it keeps the process alive only while a text waits.
 */
export class SqlThread {
  readonly #milliseconds: number;
  readonly #entry: URL;
  /** The first is being analysed. */
  readonly #queue: Waiting[] = [];
  #worker: Worker | null = null;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  constructor({ milliseconds = 60_000, entry = usualEntry }: SqlThreadOptions = {}) {
    this.#milliseconds = milliseconds;
    this.#entry = entry;
  }

  /** Never rejected: what the thread cannot tell, whatever the reason, is unknown. */
  analyse(text: string, options: AnalyseOptions): Promise<SqlAnalysis> {
    const { promise, resolve } = Promise.withResolvers<SqlAnalysis>();
    this.#queue.push({ text, options, gathered: new Gathered(), answer: resolve });
    if (this.#queue.length === 1) this.#next();
    return promise;
  }

  /** Ends the thread for good; what waits for it, and what comes later, is unknown. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#lose('the run has ended');
  }

  #next(): void {
    const [first] = this.#queue;
    if (first === undefined) {
      this.#worker?.unref();
      return;
    }
    if (this.#ended) {
      this.#fail('the run has ended');
      return;
    }
    const late = `it took more than ${this.#milliseconds / 1000} s`;
    try {
      this.#worker ??= this.#start();
      this.#worker.ref();
      this.#timer = setTimeout(() => void this.#lose(late), this.#milliseconds);
      this.#worker.postMessage({ text: first.text, options: first.options } satisfies ToThread);
    } catch (thrown) {
      void this.#lose(messageOf(thrown));
    }
  }

  #start(): Worker {
    const worker = new Worker(this.#entry, {
      // it needs nothing of it
      env: {},
      // as deep as the process's first thread, so that a text is too deep for both or for neither
      resourceLimits: { maxOldGenerationSizeMb: memory, stackSizeMb: 1.15 },
    });
    const lost = (why: string) => {
      if (worker === this.#worker) void this.#lose(why);
    };
    worker.on('message', (told: FromThread) => {
      if (worker === this.#worker) this.#take(worker, told);
    });
    worker.on('messageerror', (error) => lost(messageOf(error)));
    worker.on('error', (error) => lost(messageOf(error)));
    worker.on('exit', () => lost('its thread ended'));
    return worker;
  }

  /** One piece in a turn of the event loop: a large analysis takes a while to be taken in. */
  #take(worker: Worker, told: FromThread): void {
    const gathered = this.#queue[0]?.gathered;
    if (gathered === undefined) return;
    if (told === 'done') {
      this.#answer(gathered.analysis());
      return;
    }
    gathered.add(told);
    setImmediate(() => {
      if (worker === this.#worker) worker.postMessage('more' satisfies ToThread);
    });
  }

  #answer(analysis: SqlAnalysis): void {
    clearTimeout(this.#timer);
    this.#queue.shift()?.answer(analysis);
    this.#next();
  }

  /** The thread is of no use any more: its text is unknown, and the next one gets another thread. */
  async #lose(why: string): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    this.#fail(why);
    await worker?.terminate();
  }

  #fail(why: string): void {
    const [first] = this.#queue;
    if (first !== undefined) {
      this.#answer(unknownAnalysis(first.text, `the statement could not be analysed: ${why}`));
    }
  }
}

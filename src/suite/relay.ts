import { closeSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Writable } from 'node:stream';

const pieceBytes = 65_536;
/** How often what the live step wrote is passed on; for people who watch. */
const tailMs = 100;

interface Part {
  /** Said before its output. */
  readonly begin: () => void;
  /** Said after it; null while it runs. */
  finish: (() => void) | null;
  readonly descriptor: number;
  position: number;
  begun: boolean;
}

/**
 * The output of steps that run at the same time, each in one piece: that of the oldest is live, the others' waits
 * for its turn, as groups of a job's log cannot interleave. Each writes into a file of its own, so that nothing is
 * lost when it exits, and a background process that lives on holds nothing up.
 */
export class Relay {
  readonly #out: Writable;
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'jit-output-'));
  readonly #waiting: Part[] = [];
  readonly #opened: Part[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(out: Writable) {
    this.#out = out;
    this.#timer = setInterval(() => this.#tail(), tailMs);
  }

  /** A part of the output, in the order of these calls: the descriptor to write to. */
  open(begin: () => void): { readonly descriptor: number; end(finish: () => void): void } {
    const descriptor = openSync(path.join(this.#folder, String(this.#opened.length)), 'a+');
    const part: Part = { begin, finish: null, descriptor, position: 0, begun: false };
    this.#opened.push(part);
    this.#waiting.push(part);
    this.#advance();
    return {
      descriptor,
      end: (finish) => {
        part.finish = finish;
        this.#advance();
      },
    };
  }

  /** Passes on what background processes of ended steps wrote since, and forgets it all. */
  close(): void {
    clearInterval(this.#timer);
    for (const part of this.#opened) {
      this.#pass(part);
      closeSync(part.descriptor);
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #tail(): void {
    const front = this.#waiting[0];
    if (front !== undefined) this.#pass(front);
  }

  #advance(): void {
    for (let front = this.#waiting[0]; front !== undefined; front = this.#waiting[0]) {
      if (!front.begun) front.begin();
      front.begun = true;
      if (front.finish === null) return;
      this.#pass(front);
      front.finish();
      this.#waiting.shift();
    }
  }

  #pass(part: Part): void {
    for (;;) {
      const piece = Buffer.alloc(pieceBytes);
      const length = readSync(part.descriptor, piece, 0, pieceBytes, part.position);
      if (length === 0) return;
      part.position += length;
      this.#out.write(piece.subarray(0, length));
    }
  }
}

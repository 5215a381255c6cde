import { parentPort } from 'node:worker_threads';
import { type Piece, piecesOf } from '../../src/targets/sql-pieces.ts';
import type { ToThread } from '../../src/targets/sql-thread.ts';
import { analyser } from '../policy/sql/analyser.ts';

/** As `sql-thread-entry`, but that some texts are its end: at once, or half-way through their pieces. */
let pieces: Iterator<Piece, undefined> = [].values();
let half = false;
parentPort?.on('message', (asked: ToThread) => {
  if (asked === 'more' && half) process.exit(4);
  if (asked !== 'more') {
    if (asked.text.includes("'throw'")) throw new Error('thrown in the thread');
    if (asked.text.includes("'exit'")) process.exit(3);
    half = asked.text.includes("'half'");
    pieces = piecesOf(analyser(asked.text, asked.options));
  }
  const { done, value } = pieces.next();
  parentPort?.postMessage(done === true ? 'done' : value);
});

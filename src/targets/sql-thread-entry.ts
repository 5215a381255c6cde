import { parentPort } from 'node:worker_threads';
import { createAnalyser } from '../policy/sql/analyse.ts';
import { loadSqlParser } from './sql-parser.ts';
import { type Piece, piecesOf } from './sql-pieces.ts';
import type { FromThread, ToThread } from './sql-thread.ts';

/** What runs in the thread of `SqlThread`: a text comes, and the pieces of its analysis go back as they are asked for. */
const analyse = createAnalyser(await loadSqlParser());
let pieces: Iterator<Piece, undefined> = [].values();
parentPort?.on('message', (asked: ToThread) => {
  if (asked !== 'more') pieces = piecesOf(analyse(asked.text, asked.options));
  const { done, value } = pieces.next();
  parentPort?.postMessage((done === true ? 'done' : value) satisfies FromThread);
});

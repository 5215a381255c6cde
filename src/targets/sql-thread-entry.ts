import { parentPort } from 'node:worker_threads';
import { createAnalyser } from '../policy/sql/analyse.ts';
import { loadSqlParser } from './sql-parser.ts';
import type { LargeText } from './sql-thread.ts';

/** What runs in the thread of `SqlThread`: a text comes, its analysis goes back. */
const analyse = createAnalyser(await loadSqlParser());
parentPort?.on('message', ({ text, options }: LargeText) => {
  parentPort?.postMessage(analyse(text, options));
});

import { parentPort } from 'node:worker_threads';
import { analyser } from '../policy/sql/analyser.ts';

/** As `sql-thread-entry`, but that some texts are its end. */
parentPort?.on('message', ({ text, options }) => {
  if (text.includes("'throw'")) throw new Error('thrown in the thread');
  if (text.includes("'exit'")) process.exit(3);
  parentPort?.postMessage(analyser(text, options));
});

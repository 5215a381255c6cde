import { randomBytes } from 'node:crypto';
import { commandData } from '../report/escape.ts';
import { flaggedLine, stepLine, stepStartLine } from '../report/terminal.ts';
import type { Progress } from '../suite/run.ts';

const style = { color: false };

/**
 * The log of a job: a group per step. While a step runs, workflow commands are stopped by a token that it
 * cannot know, so that code under test cannot speak to the runner; a held runtime action is said all the same.
 */
export function jobProgress(write: (line: string) => void): Progress {
  let token = '';
  return {
    stepStarted(step) {
      token = randomBytes(16).toString('hex');
      write(`::group::${commandData(stepStartLine(step, style))}`);
      write(`::stop-commands::${token}`);
    },
    stepEnded(result) {
      if (token !== '') {
        write(`::${token}::`);
        write('::endgroup::');
      }
      token = '';
      write(stepLine(result, style));
    },
    flagged: (flagged) => write(flaggedLine(flagged, style)),
  };
}

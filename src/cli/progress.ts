import { flaggedLine, stepLine, stepStartLine } from '../report/terminal.ts';
import type { Progress } from '../suite/run.ts';

/** A line per step as it starts and ends, and one for each runtime action that is held or denied. */
export function terminalProgress(stream: NodeJS.WriteStream): Progress {
  const color = stream.hasColors?.() ?? false;
  return {
    stepStarted: (step) => {
      stream.write(`${stepStartLine(step, { color })}\n`);
    },
    stepEnded: (result) => {
      stream.write(`${stepLine(result, { color })}\n`);
    },
    flagged: (flagged) => {
      stream.write(`${flaggedLine(flagged, { color })}\n`);
    },
  };
}

import { createInterface } from 'node:readline/promises';
import type { Terminal } from '../suite/terminal-grants.ts';

/** The person at the terminal, or null when input or output is none. */
export function openTerminal(): (Terminal & { close(): void }) | null {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return null;
  // opened only while a question is asked: between questions the input belongs to the suite
  return {
    write: (text) => {
      process.stderr.write(text);
    },
    async ask(question) {
      const lines = createInterface({ input: process.stdin, output: process.stderr });
      const ended = new Promise<null>((resolve) => lines.once('close', () => resolve(null)));
      // readline takes Ctrl-C for itself; hand it back, so that it ends the run as anywhere else
      lines.once('SIGINT', () => {
        lines.close();
        process.kill(process.pid, 'SIGINT');
      });
      try {
        return await Promise.race([lines.question(question), ended]);
      } finally {
        lines.close();
      }
    },
    close: () => process.stdin.pause(),
  };
}

import { formatProblem, type Problem } from '../policy/parse.ts';
import { wrapped } from '../report/table.ts';

/** What a command prints for programs: one JSON document. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Why a command could not do what it was asked: lines that fit a terminal, elsewhere one that can be searched. */
export function complain(text: string): void {
  const lines = process.stderr.isTTY ? wrapped(text, 'jit-approval: ', '  ') : [`jit-approval: ${text}`];
  process.stderr.write(`${lines.join('\n')}\n`);
}

/** Problems of a file, as every command that reads one prints them. */
export function printProblems(problems: readonly Problem[], json: boolean): void {
  if (json) {
    printJson({ ok: false, problems });
    return;
  }
  const lines = problems.map(formatProblem);
  const shown = process.stdout.isTTY ? lines.flatMap((line) => wrapped(line, '', '  ')) : lines;
  process.stdout.write(`${shown.join('\n')}\n`);
}

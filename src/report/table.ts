import { terminalLine } from './escape.ts';

/** Terminals are at least this wide. */
export const columns = 80;

/** Foreign text as lines of at most 80 columns; a longer word is broken. */
export function wrapped(text: string, first: string, next = ' '.repeat(first.length)): string[] {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of terminalLine(text, 4000)
    .split(' ')
    .flatMap((part) => broken(part, columns - next.length))) {
    if (!empty && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = next + word;
    } else line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line.trimEnd()];
}

function broken(word: string, room: number): string[] {
  const characters = [...word];
  const count = Math.max(1, Math.ceil(characters.length / room));
  return Array.from({ length: count }, (_, index) =>
    characters.slice(index * room, (index + 1) * room).join(''),
  );
}

/** Rows under a head, the last column taking the room that is left; every cell on one line. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  indent = '  ',
): string[] {
  const cells = [head, ...rows];
  const widths = head
    .slice(0, -1)
    .map((_, column) => Math.min(24, Math.max(...cells.map((row) => (row[column] ?? '').length))));
  const used = indent.length + widths.reduce((sum, width) => sum + width + 2, 0);
  return cells.map((row) => {
    const front = widths.map((width, column) => terminalLine(row[column] ?? '', width).padEnd(width));
    return `${indent}${[...front, terminalLine(row[head.length - 1] ?? '', columns - used)].join('  ')}`.trimEnd();
  });
}

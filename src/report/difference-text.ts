import type { BaseDifference, Shape } from '../approval/shapes.ts';
import { code } from './hold-markdown.ts';

const maximumObjects = 5;
const maximumLines = 20;

/** `Compared with the last run on main, this pull request adds 2 writes to orders and 1 read.` */
export function differenceLine({ base, writes, reads, gone }: BaseDifference): string {
  const added = [...byObject(writes), ...(reads === 0 ? [] : [`${reads} ${reads === 1 ? 'read' : 'reads'}`])];
  const sentences = [
    ...(added.length === 0 ? [] : [`adds ${joined(added)}`]),
    ...(gone.length === 0 ? [] : [`no longer makes ${joined(byObject(gone))}`]),
  ];
  return `Compared with the last run on ${code(base, 100)}, this pull request ${sentences.join('; it ')}.`;
}

/** The same with the writes themselves, folded. */
export function differenceSection(difference: BaseDifference | null): string[] {
  if (difference === null) return [];
  const { writes, gone } = difference;
  const lines = [
    ...writes.map((shape) => `- new: ${code(withHoles(shape))} on ${code(shape.target, 100)}`),
    ...gone.map((shape) => `- gone: ${code(withHoles(shape))} on ${code(shape.target, 100)}`),
  ];
  const rest = lines.length > maximumLines ? [`- … and ${lines.length - maximumLines} more`] : [];
  const head = differenceLine(difference);
  if (lines.length === 0) return [head];
  return [
    head,
    [
      `<details><summary>${lines.length === 1 ? 'The write' : `The ${lines.length} writes`}</summary>`,
      '',
      ...lines.slice(0, maximumLines),
      ...rest,
      '',
      '</details>',
    ].join('\n'),
  ];
}

/** Shapes name their holes; people read dots. */
function withHoles({ shape }: Shape): string {
  return shape.replaceAll('‹varies›', '…');
}

/** `2 writes to orders`, the most first; by target where no table can be told. */
function byObject(writes: readonly Shape[]): string[] {
  const counts = new Map<string, number>();
  for (const { shape, target } of writes) {
    const object = tableOf(shape) ?? target;
    counts.set(object, (counts.get(object) ?? 0) + 1);
  }
  const sorted = [...counts].sort((a, b) => b[1] - a[1]);
  const others = sorted.slice(maximumObjects).reduce((sum, [, count]) => sum + count, 0);
  return [
    ...sorted.slice(0, maximumObjects).map(([object, count]) => `${writesOf(count)} to ${code(object, 100)}`),
    ...(others === 0 ? [] : [`${writesOf(others)} elsewhere`]),
  ];
}

function writesOf(count: number): string {
  return `${count} ${count === 1 ? 'write' : 'writes'}`;
}

/** For people alone: how a statement begins. */
function tableOf(shape: string): string | null {
  const begins =
    /^(?:insert into|update(?: only)?|delete from(?: only)?|merge into|truncate(?: table)?|copy)\s+([\w."]{1,100})/i;
  return begins.exec(shape)?.[1] ?? null;
}

function joined(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}`;
}

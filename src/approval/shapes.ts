import * as z from 'zod';

/** A runtime action without its values, on one line of foreign text. */
const shapeSchema = z.strictObject({ target: z.string(), shape: z.string(), writes: z.boolean() });
export type Shape = z.infer<typeof shapeSchema>;

/** Shapes of one report, those that write first; `leftOut` is how many more there were. */
export const shapesSchema = z.strictObject({
  shapes: z.array(shapeSchema).max(1000),
  leftOut: z.int().min(0),
});
export type Shapes = z.infer<typeof shapesSchema>;

/** What the runs on a head did that the base branch's last runs did not, and the other way round. */
export interface BaseDifference {
  readonly base: string;
  readonly writes: readonly Shape[];
  readonly reads: number;
  /** Writes of the base that this head no longer makes; empty while not everything has run. */
  readonly gone: readonly Shape[];
}

/** Null where nothing differs or too much was left out to say. `complete`: every job of the head passed. */
export function baseDifference(
  base: string,
  head: readonly Shapes[],
  before: readonly Shapes[],
  complete: boolean,
): BaseDifference | null {
  // writes come first: where one was left out, nobody knows which
  if ([...head, ...before].some(({ shapes, leftOut }) => leftOut > 0 && shapes.every((one) => one.writes)))
    return null;
  const whole = [...head, ...before].every(({ leftOut }) => leftOut === 0);
  const [now, then] = [byKey(head), byKey(before)];
  const added = [...now].flatMap(([key, shape]) => (then.has(key) ? [] : [shape]));
  const gone = [...then].flatMap(([key, shape]) => (now.has(key) ? [] : [shape]));
  const difference = {
    base,
    writes: added.filter((shape) => shape.writes),
    reads: whole ? added.filter((shape) => !shape.writes).length : 0,
    gone: complete ? gone.filter((shape) => shape.writes) : [],
  };
  const { writes, reads } = difference;
  return writes.length + reads + difference.gone.length === 0 ? null : difference;
}

function byKey(all: readonly Shapes[]): ReadonlyMap<string, Shape> {
  const shapes = all.flatMap((one) => one.shapes);
  return new Map(shapes.map((shape) => [JSON.stringify([shape.target, shape.shape]), shape]));
}

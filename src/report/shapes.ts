import type { ActionForm } from '../approval/form.ts';
import type { Shape, Shapes } from '../approval/shapes.ts';
import { formLine } from './form-text.ts';
import type { Report } from './schema.ts';

/** What a pull request is compared by; more are left out, reads first. */
const maximumShapes = 500;
const maximumShape = 300;

/** The shapes of what a run did or wanted to do, without values: what `counted` and `flagged` of its report name. */
export function shapesOf({ counted, flagged }: Pick<Report, 'counted' | 'flagged'>): Shapes {
  const all = new Map<string, Shape>();
  const add = (shape: Shape) => all.set(JSON.stringify([shape.target, shape.shape]), shape);
  for (const { target, shape, writes } of counted)
    add({ target, shape: shape.slice(0, maximumShape), writes });
  for (const { target, form } of flagged) {
    const shape = formLine(withoutValues(form), maximumShape);
    add({ target, shape, writes: mayWrite(form.kind, shape) });
  }
  const shapes = [...all.values()].sort((a, b) => Number(b.writes) - Number(a.writes));
  return { shapes: shapes.slice(0, maximumShapes), leftOut: Math.max(0, shapes.length - maximumShapes) };
}

/** Holes look as they do in `counted`. */
function withoutValues(form: ActionForm): ActionForm {
  const values = form.values.map((value) => ({ ...value, type: 'varies' as const, text: '' }));
  const { evidence: _, ...rest } = form;
  return { ...rest, values };
}

function mayWrite(kind: ActionForm['kind'], shape: string): boolean {
  if (kind === 'sql') return !/^(select|values|show|table|explain)\b/i.test(shape);
  return kind !== 'http' || !/^(GET|HEAD|OPTIONS) /.test(shape);
}

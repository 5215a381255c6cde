import { buildForm } from '../approval/build-form.ts';
import type { ActionForm } from '../approval/form.ts';
import type { RuntimeAction, SqlAction, SqlAnalysis } from '../policy/action.ts';
import { formLine } from '../report/form-text.ts';
import { redactForm } from '../report/redaction.ts';

interface Kept {
  readonly secrets: readonly string[];
  /** Secrets may be added while the run goes on. */
  readonly known: number;
  readonly params: string;
  readonly line: string;
}

const lines = new WeakMap<SqlAnalysis['shape'], Kept>();

/**
 * The shape under which an allowed runtime action is counted, on one line. Of a statement it is kept beside the
 * analysis's shape, which texts share that differ in their values alone: a suite runs few statements many times.
 */
export function shapeLine(action: RuntimeAction, secrets: readonly string[]): string {
  if (action.kind !== 'sql') return made(action, secrets);
  const params = readable(action);
  const kept = lines.get(action.analysis.shape);
  if (kept?.secrets === secrets && kept.known === secrets.length && kept.params === params) return kept.line;
  const line = made(action, secrets);
  lines.set(action.analysis.shape, { secrets, known: secrets.length, params, line });
  return line;
}

/** Of the parameters a shape has only which there are: one that could not be read leaves no hole. */
function readable(action: SqlAction): string {
  let signs = '';
  for (const { value, hex } of action.params) signs += value.known || hex !== null ? '1' : '0';
  return signs;
}

function made(action: RuntimeAction, secrets: readonly string[]): string {
  const form = beginning(buildForm(action, [], null).form);
  return formLine(withoutValues(redactForm(form, secrets)), 300);
}

/** More than the line shows: every value takes some of it, and a large INSERT has tens of thousands. */
function beginning(form: ActionForm): ActionForm {
  const most = 1000;
  return { ...form, shape: form.shape.slice(0, most + 1), values: form.values.slice(0, most) };
}

function withoutValues(form: ActionForm): ActionForm {
  return { ...form, values: form.values.map((value) => ({ ...value, type: 'varies' as const, text: '' })) };
}

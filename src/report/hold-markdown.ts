import type { ActionForm } from '../approval/form.ts';
import { cut, sizeOf } from './cut.ts';
import { fence, inlineCode, markdown, oneLine } from './escape.ts';
import { formText, valueText } from './form-text.ts';
import { redactedMark, unexplainedRedactions } from './redaction.ts';
import type { HoldView } from './views.ts';

/** Characters of `resembles` before escaping, which at most trebles them. */
export const maximumResemblance = 200;

const languages = { sql: 'sql', http: 'http', command: 'sh', call: 'text' } as const;

/** What would run, in a fence of at most `max` bytes; cut with a digest where that is too little. */
export function formBlock(form: ActionForm, max: number): string {
  const text = formText(form);
  let block = fence(text, languages[form.kind]);
  for (let room = max; sizeOf(block, 'bytes') > max; room = Math.floor(room / 2)) {
    block = fence(cut(text, room, { as: 'text', unit: 'bytes' }), languages[form.kind]);
  }
  return block;
}

/** Whether `formBlock` shows all of it. What is not shown whole is approved by no button and by no `all`. */
export function isShownWhole(form: ActionForm, max: number): boolean {
  return sizeOf(fence(formText(form), languages[form.kind]), 'bytes') <= max;
}

/** Where all of an action is that `formBlock` cuts, as a line of its own; nothing where nobody knows. */
export function wholeLine({ form, wholeAt }: HoldView, max: number): string[] {
  if (!wholeAt || isShownWhole(form, max)) return [];
  return ['', `All of it is in [the report of its job](${wholeAt}).`];
}

/** Everything that an approver needs beside the text of the action itself, as lines of a list. */
export function holdFacts(view: HoldView): string[] {
  return [...commonFacts(view), ...ownFacts(view), ...whereFact(view)];
}

/** Why it is held and who may approve: what actions of one rule have in common. */
export function commonFacts(view: HoldView): string[] {
  return [
    `- **Why**: ${prose(view.reason)} (${view.form.rules.length === 1 ? 'rule' : 'rules'} ${codes(view.form.rules.map((rule) => rule.id))}${ruled(view)})`,
    ...some(
      view.status === 'approved' ? [] : view.requirements,
      (requirement) => `- **Who may approve**: ${prose(requirement, 300)}`,
    ),
  ];
}

/** What is said of this action alone. */
export function ownFacts(view: HoldView): string[] {
  return [
    ...(view.live === null || view.live === undefined ? [] : [`- **Live**: ${prose(view.live)}`]),
    ...(view.resembles === null ? [] : [`- **New**: ${code(view.resembles, maximumResemblance)}`]),
    ...some(view.checks, (check) => `- Check: ${prose(check, 300)}`),
    ...some(view.unknown, (unknown) => `- Unknown: ${prose(unknown, 300)}`),
    ...generatedValues(view),
    ...hiddenValues(view.form),
    ...(view.blocked === null ? [] : [`- **Cannot be approved**: ${prose(view.blocked)}`]),
  ];
}

/** The line that caused it, and what it would touch. */
export function whereFact(view: HoldView): string[] {
  const { form, origin, steps, count } = view;
  if (view.isWorkflowChange === true) return [];
  const relations = form.relations ?? [];
  const caused = origin === null ? [] : [code(`${origin.file}:${origin.line}`)];
  const step = steps.length === 0 ? [] : [`${steps.length === 1 ? 'step' : 'steps'} ${codes(steps)}`];
  const parts = [
    ...caused,
    ...step,
    ...(count === 1 ? [] : [times(count)]),
    `${code(form.target)}${form.role === null ? '' : ` as role ${code(form.role)}`}`,
    ...(relations.length > 0 ? [codes(relations)] : []),
  ];
  return [`- Where: ${parts.join(', ')}`];
}

/** The commands that decide this action, ready to copy; never at the start of a line, where a bot would obey. */
export function howToDecide(view: HoldView): string[] {
  if (view.blocked !== null) return [];
  const fields = view.varying.map(({ name }) => name);
  const typed = fields.length > 0 && fields.every((name) => /^[\w.[\]$#-]+$/.test(name));
  if (!typed) {
    const once = fields.length > 0 ? ' (what the re-run generates anew is held again)' : '';
    return [`- ${commands(view, once)}`];
  }
  return [
    `- **Approve varying**, with other generated values: ${code(`/approve ${view.id} varying ${fields.join(',')}`)}`,
    `- Exactly this: ${commands(view, ' (what the re-run generates anew is held again)')}`,
  ];
}

/** Both commands on one line. */
export function commands({ id }: HoldView, but = ''): string {
  return `**Approve** \`/approve ${id}\`${but} · **Deny** \`/deny ${id} -- reason\``;
}

/** Values of a recognised volatile class, which Approve varying leaves open. */
function generatedValues(view: HoldView): string[] {
  return some(view.varying, (field) => {
    const value = view.form.values.find(({ name }) => name === field.name);
    const text = value === undefined ? '' : ` = ${code(valueText(view.form.kind, value))}`;
    return `- Looks generated: ${code(field.name)}${text} (${prose(field.class)})`;
  });
}

/** Values that no approval binds, said before someone approves them. */
function hiddenValues(form: ActionForm): string[] {
  const unexplained = new Set(unexplainedRedactions(form));
  const open = form.values.filter(({ type }) => type === 'redacted' || type === 'varies');
  const partly = form.values.filter(({ type, text }) => type === 'string' && text.includes(redactedMark));
  return [
    ...some(open, (value) => {
      const why = value.type === 'varies' ? 'left open by the policy' : 'redacted';
      const selects = value.selects ? '; it decides what is touched' : '';
      const odd = unexplained.has(value.name) ? '; its name does not look secret' : '';
      return `- Not bound: any value of ${code(value.name)} (${why}${selects}${odd})`;
    }),
    ...some(partly, (value) => `- A secret is left out of ${code(value.name)}`),
  ];
}

/** At most five of a list, and how many more there are. */
function some<T>(items: readonly T[], line: (item: T) => string): string[] {
  const lines = items.slice(0, 5).map(line);
  return items.length > 5 ? [...lines, `- … and ${items.length - 5} more of these`] : lines;
}

function ruled({ ruleAt }: HoldView): string {
  return ruleAt === null ? '' : `, ${code(`${ruleAt.file}:${ruleAt.line}`)}`;
}

export function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

/** Foreign text as code, cut to a readable length. */
export function code(text: string, max = 200): string {
  return inlineCode(cut(oneLine(text), max, { as: 'line' }));
}

/** Foreign text as prose, cut to a readable length. */
export function prose(text: string, max = 500): string {
  return markdown(cut(oneLine(text), max, { as: 'line' }));
}

export function codes(texts: readonly string[]): string {
  const shown = texts.slice(0, 10).map((text) => code(text, 100));
  return `${shown.join(', ')}${texts.length > 10 ? ` and ${texts.length - 10} more` : ''}`;
}

import { breakGlassWords, excluded, wanted } from '../approval/authority.ts';
import { commandHelp } from '../approval/command.ts';
import type { GateState } from '../approval/gate.ts';
import type { HoldState, PullState } from '../approval/state.ts';
import { markdownWithCode } from '../report/escape.ts';

/** What commands that decide nothing answer, as Markdown. */

export function helpText(): string {
  const lines = commandHelp.map((line) => `- \`${line}\``);
  return ['The whole first line of a new comment or review is one of:', ...lines].join('\n');
}

/** How many stand where, and what is awaited from whom. */
export function statusText(state: PullState, gate: GateState): string {
  const counts = new Map<string, number>();
  for (const { status } of state.holds) counts.set(status, (counts.get(status) ?? 0) + 1);
  const told = [...counts].map(([status, count]) => `${count} ${status}`).join(', ');
  const lines = [told === '' ? 'No action was flagged.' : `${told}.`, ...gate.sentences, ...gate.notes];
  return [markdownWithCode(gate.title), ...lines.map((line) => `- ${markdownWithCode(line)}`)].join('\n');
}

/** Why it was flagged, what is not known of it, and who may decide. */
export function explainText(hold: HoldState): string {
  const { action, requirements } = hold;
  const list = (lead: string, some: readonly string[]) =>
    some.length === 0 ? [] : [`${lead}: ${some.join('; ')}.`];
  const lines = [
    hold.sentence,
    `Why: ${action.reason}.`,
    ...list(
      'Flagged by',
      action.form.rules.map(({ id }) => `rule ${id}`),
    ),
    ...list('Checks that did not pass', action.checks),
    ...list('Not known', action.unknown),
    ...(action.origin === null ? [] : [`Caused by ${action.origin.file}:${action.origin.line}.`]),
    ...requirements.map(
      ({ requirement, by, met }) =>
        `Rule ${requirement.ruleId} asks for ${wanted(requirement)}${excluded(requirement)}; ${met ? 'met' : 'so far'}: ${by.join(', ') || 'nobody'}.`,
    ),
    ...requirements.map(({ requirement }) => `Rule ${requirement.ruleId}: ${breakGlassWords(requirement)}.`),
  ];
  return [`\`${hold.id ?? ''}\``, ...lines.map((line) => `- ${markdownWithCode(line)}`)].join('\n');
}

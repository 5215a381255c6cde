import * as z from 'zod';
import type { Decision } from '../policy/verdict.ts';
import { oneLine } from './escape.ts';
import type { Report } from './schema.ts';

/** What the policy of the pull request would have decided differently than the base's, which judged. */
const line = (max: number) => z.string().max(max);
const decision = z.enum(['allow', 'hold', 'deny']);

const changedSchema = z.strictObject({
  /** What it was, on one line, without secrets. */
  action: line(300),
  kind: z.enum(['sql', 'http', 'command', 'call']),
  target: line(300),
  was: decision,
  becomes: decision,
  /** Who may approve under the base's and under the new one, where both hold it and these differ. */
  approvals: z.strictObject({ was: line(500), becomes: line(500) }).nullable(),
  /** The rules that decide it under the new one; where that allows it, those that no longer do. */
  rules: z.array(line(200)).max(20),
  count: z.int().min(1),
});
export type Changed = z.infer<typeof changedSchema>;

export const policyChangeSchema = z.strictObject({
  file: line(1000),
  /** Why the new one cannot be used at all; empty when it can. */
  problems: z.array(line(1000)).max(20),
  /** Where the mode changes. */
  mode: z.strictObject({ was: line(20), becomes: line(20) }).nullable(),
  /** Keys that are about the run as a whole and say something else: who may release it, what has to report. */
  settings: z.array(z.strictObject({ key: line(100), was: line(500), becomes: line(500) })).max(10),
  /** Runtime actions judged by both. */
  compared: z.int().min(0),
  /** Of these, how many could not be told without asking a target again. */
  unknown: z.int().min(0),
  /** Executions that differ, and the first ones of them by what they were. */
  different: z.int().min(0),
  changes: z.array(changedSchema).max(100),
});
export type PolicyChange = z.infer<typeof policyChangeSchema>;

/** One sentence for the head of a list, then one per change. All of them hold foreign text. */
export function changeSentences(change: PolicyChange, max: number): string[] {
  const { file, problems, compared, different, unknown, changes } = change;
  if (problems.length > 0) {
    return [
      `This pull request changes ${file}, and the new one cannot be used: ${problems[0] ?? ''}`,
      ...problems.slice(1, max),
    ];
  }
  const shown = changes.slice(0, max).map(sentence);
  const left = changes.length - shown.length;
  return [
    `This pull request changes ${file}. The base's policy judged this run; the new one would decide ` +
      `${different} of ${compared} runtime actions differently${unknown === 0 ? '' : `, and of ${unknown} it cannot be told`}.`,
    ...modeSentence(change),
    ...change.settings.map(({ key, was, becomes }) =>
      oneLine(`The new one says ${key}: ${becomes} instead of ${was}.`),
    ),
    ...shown,
    ...(left > 0
      ? [`${left} more kinds of runtime action would be decided differently; see the report.`]
      : []),
  ];
}

function modeSentence({ mode }: PolicyChange): string[] {
  if (mode === null) return [];
  const meaning =
    mode.becomes === 'record' ? 'nothing would be held or denied any more' : 'holds would count';
  return [`The new one says mode: ${mode.becomes} instead of ${mode.was}: ${meaning}.`];
}

const words: Readonly<Record<Decision, string>> = { allow: 'allowed', hold: 'held', deny: 'denied' };

function sentence(one: Changed): string {
  const { action, target, was, becomes, approvals, rules, count } = one;
  const by =
    rules.length === 0
      ? ''
      : becomes === 'allow'
        ? ` (no longer by ${rules.join(', ')})`
        : ` (by ${rules.join(', ')})`;
  const what =
    approvals === null
      ? `${words[becomes]} instead of ${words[was]}${by}`
      : `held for ${approvals.becomes} instead of ${approvals.was}`;
  return oneLine(`${count}× on ${target}: ${what}: ${action}`);
}

/** What the report says of it, as sentences; none where the pull request leaves the policy alone. */
export function changesOf({ policyChange }: Pick<Report, 'policyChange'>, max: number): string[] {
  return policyChange === undefined ? [] : changeSentences(policyChange, max);
}

import type { Remembered } from '../approval/remembered.ts';
import { cut } from './cut.ts';
import { fence, oneLine, terminalText } from './escape.ts';
import { code, prose } from './hold-markdown.ts';

/** Rules that flagged one action are few; a report that names many is not believed that far. */
const maximumShown = 5;

/** How to let an action pass by rule, as Markdown; empty when nothing is proposed. */
export function rememberMarkdown(remember: readonly Remembered[]): string[] {
  if (remember.length === 0) return [];
  return [
    '',
    '**By rule instead**: what stands in the policy is not held again, in any pull request.',
    ...remember.slice(0, maximumShown).flatMap(proposal),
  ];
}

/** Characters of an entry that is shown in a line: a cut one would be another. */
const maximumEntry = 300;

/** The same in a line each, for surfaces that are short of room: the check of the action shows all of it. */
export function rememberBriefly(remember: readonly Remembered[]): string[] {
  return remember.slice(0, 2).flatMap((one) => {
    if (one.entry === null || one.entry.includes('\n') || one.entry.length > maximumEntry) return [];
    const link = one.edit === null ? '' : ` ([edit the file](${one.edit}))`;
    const whose = one.organisation ? ", the organisation's" : '';
    const count = one.matches.length + one.more;
    const passes =
      count === 0 ? '' : `; in this run it lets ${count} ${count === 1 ? 'action' : 'actions'} pass`;
    return [
      `- By rule instead: ${code(one.entry, maximumEntry)} under ${code(one.place)}${whose}${link}${passes}`,
    ];
  });
}

function proposal(one: Remembered): string[] {
  const at = one.file === null ? '' : ` in ${code(`${one.file}${one.line === null ? '' : `:${one.line}`}`)}`;
  const head = `${code(one.rule)}${at}`;
  if (one.entry === null)
    return ['', `${head}: no exception can be written, as ${prose(one.why ?? 'nothing is known')}.`];
  const whose = one.organisation
    ? " This is the organisation's rule: whoever may change that file can add it, the repository cannot."
    : '';
  const link = one.edit === null ? '' : ` ([edit the file](${one.edit}))`;
  return [
    '',
    `${head}, under ${code(one.place)}${link}:${whose}`,
    '',
    fence(one.entry, 'text'),
    '',
    ...(one.matches.length === 0
      ? []
      : ['In this run it would let pass:', '', ...one.matches.map((line) => `- ${code(line)}`)]),
    ...(one.more > 0 ? [`- … and ${one.more} more`] : []),
  ];
}

/** The same for a terminal. */
export function rememberLines(remember: readonly Remembered[]): string[] {
  return remember.slice(0, maximumShown).flatMap((one) => {
    const at = one.file === null ? '' : ` (${one.file}${one.line === null ? '' : `:${one.line}`})`;
    const head = `  by rule instead: ${whole(`${one.place}${at}`)}`;
    if (one.entry === null) return [`${head}: none, as ${whole(one.why ?? 'nothing is known')}`];
    return [
      head,
      ...(one.organisation ? ["    the organisation's rule: whoever may change that file can add it"] : []),
      ...one.entry.split('\n').map((line) => `    ${whole(line)}`),
      ...one.matches.map((line) => `    lets pass: ${whole(cut(oneLine(line), 200, { as: 'line' }))}`),
      ...(one.more > 0 ? [`    … and ${one.more} more`] : []),
    ];
  });
}

function whole(text: string): string {
  return terminalText(oneLine(text));
}

/** A link of a report leads to the editor of this repository or of its organisation's on `host`, or is left out. */
export function trustedEdit(edit: string | null, repository: string, host: string): string | null {
  if (edit === null) return null;
  const shared = `${repository.split('/')[0] ?? ''}/.github`;
  const [, at, named] =
    /^https:\/\/([^/\s]+)\/([^/\s]+\/[^/\s]+)\/edit\/[A-Za-z0-9%._~/-]+(?:#L\d+)?$/.exec(edit) ?? [];
  return at === host && (named === repository || named === shared) ? edit : null;
}

import { cut } from './cut.ts';

/**
 * Foreign text for each surface. Whatever a suite, a server or a pull request wrote passes through one of these
 * before a person or GitHub reads it.
 */

/** Controls, format and bidirectional characters, private use, lone surrogates, ignorables, odd spaces. */
const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}\p{DI}]|(?! )\p{Zs}/gu;
/** Marks beyond four on one letter paint over their neighbours; no written language needs them. */
const piled = /(?<=\p{M}{4})\p{M}/gu;

/** Replaces every character that cannot be seen for what it is. */
export function replaceHidden(text: string, by: (character: string) => string): string {
  return text.replace(hidden, by).replace(piled, by);
}

/** `‹U+202E›`: what a character is, where its effect would deceive. */
export function codePoint(character: string): string {
  return `‹U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}›`;
}

/** Text of several lines with everything hidden made visible; newlines and tabs stay. */
export function visible(text: string): string {
  return replaceHidden(text.replaceAll('\r\n', '\n'), (character) =>
    character === '\n' || character === '\t' ? character : codePoint(character),
  );
}

/** The same on one line: a line break becomes ⏎. */
export function oneLine(text: string): string {
  const lines = visible(text).replaceAll('\t', ' ').split('\n');
  return lines
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ⏎ ');
}

/** A line that starts with `/` is a command to many a bot, also inside a fence. */
function withoutCommands(text: string): string {
  return text.replace(/^([^\S\n]*)\//gm, (_, space: string) => `${space}${codePoint('/')}`);
}

/** A code block that its content cannot leave: the fence is longer than any run in it. */
export function fence(text: string, language: '' | 'sql' | 'http' | 'json' | 'text' | 'sh' = ''): string {
  const body = withoutCommands(visible(text));
  const [ticks, tildes] = [longestRun(body, /`+/g), longestRun(body, /~+/g)];
  const mark = ticks <= tildes ? '`'.repeat(Math.max(3, ticks + 1)) : '~'.repeat(Math.max(3, tildes + 1));
  return `${mark}${language}\n${body}\n${mark}`;
}

/** A code span that its content cannot leave; GitHub makes no mention, link or reference in it. */
export function inlineCode(text: string): string {
  const body = oneLine(text) || '‹empty›';
  const ticks = '`'.repeat(longestRun(body, /`+/g) + 1);
  const space = body.startsWith('`') || body.endsWith('`') ? ' ' : '';
  return `${ticks}${space}${body}${space}${ticks}`;
}

/** A code span inside a table: GFM splits cells before it reads spans, so `|` is escaped there. */
export function tableCode(text: string): string {
  return inlineCode(text).replaceAll('|', '\\|');
}

function longestRun(text: string, run: RegExp): number {
  let longest = 0;
  for (const [found] of text.matchAll(run)) longest = Math.max(longest, found.length);
  return longest;
}

/** Zero-width space: GitHub stops reading a mention, link or reference at it; Renovate and Dependabot do so. */
const gap = '\u200b';

/**
 * One line for surfaces that are plain text, of which GitHub may still make links: titles, annotations. No
 * mention, reference, link, tag or image can come of it. Not for values that people copy.
 */
export function plain(text: string): string {
  return withoutCommands(oneLine(text)).replace(linkable, (found) =>
    found.length === 1 ? `${found}${gap}` : `${found.slice(0, -1)}${gap}${found.slice(-1)}`,
  );
}

/** Each match gets its gap before the last character, a single character after itself. */
const linkable = new RegExp(
  [
    '[@<#\\]]', // mentions, tags, #1 and owner/repo#1, [text](link)
    '!(?=\\[)',
    ':(?=//)',
    'www\\.',
    '(?:mailto|xmpp|data|javascript):',
    '[A-Za-z]-(?=\\d)', // GH-1, CVE-2026-1, and keys of an organisation's own autolinks
    'GHSA-',
    '\\b[0-9a-f]{7,64}\\b', // commits
  ].join('|'),
  'gi',
);

/** One line of prose inside Markdown, shown as it is written. */
export function markdown(text: string): string {
  return plain(text)
    .replace(/[\\`*_[\]<>|~$&!#]/g, '\\$&')
    .replace(/^[-+=]/, '\\$&')
    .replace(/^(\d+)([.)])/, '$1\\$2');
}

/** Prose of ours in which `code` stands between backticks; everything is shown as it is written. */
export function markdownWithCode(text: string): string {
  const parts = text.split('`');
  if (parts.length % 2 === 0) return markdown(text);
  return parts.map((part, index) => (index % 2 === 1 ? inlineCode(part) : inner(part, index))).join('');
}

/** `markdown` trims a line; between two pieces of code the spaces stay. */
function inner(part: string, index: number): string {
  const escaped = markdown(part);
  const before = index > 0 && /^\s/.test(part) ? ' ' : '';
  const after = /\s$/.test(part) && part.trim() !== '' ? ' ' : '';
  return `${before}${escaped}${after}`;
}

/** Data of a workflow command (`::error …::DATA`). */
export function commandData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

/** A property of a workflow command (`::error title=PROPERTY::`). */
export function commandProperty(text: string): string {
  return commandData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/**
 * Text for a terminal or a job's log: no escape sequence works in it, and no line of it is a workflow command
 * (`::name` at the start of a line, `##[name]` anywhere). Also `::name` behind a space goes, which wrapping
 * could put at the start of a line.
 */
export function terminalText(text: string): string {
  return visible(text)
    .replaceAll('##[', `##${codePoint('[')}`)
    .replace(/(^|\s):(?=:)/g, (_, before: string) => `${before}${codePoint(':')}`);
}

/** One line for a terminal, cut to its width. */
export function terminalLine(text: string, max: number): string {
  return cut(terminalText(oneLine(text)), max, { as: 'line' });
}

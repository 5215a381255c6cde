import { actionId, fingerprint } from '../approval/fingerprint.ts';
import type { ActionForm, FormValue } from '../approval/form.ts';
import { cut } from './cut.ts';
import { codePoint, oneLine, replaceHidden, visible } from './escape.ts';

/** Why a form is not one that this project writes; null when it is. What this refuses cannot be displayed. */
export function formProblem(form: ActionForm): string | null {
  if (form.shape.length !== form.values.length + 1) {
    return `its shape has ${form.shape.length} parts for ${form.values.length} values; one more than values was expected`;
  }
  if (new Set(form.values.map((value) => value.name)).size < form.values.length) {
    return 'two of its values have one name';
  }
  const empty = new Set<FormValue['type']>(['null', 'redacted', 'varies']);
  const filled = form.values.find((value) => empty.has(value.type) && value.text !== '');
  return filled === undefined ? null : `a value of type ${filled.type} carries text`;
}

/**
 * What would run, as people see it: the shape with its values in their places, each quoted as its language
 * quotes, so that no value reads as shape. Line breaks come from the shape alone.
 */
export function formText(form: ActionForm): string {
  return render(form, Number.POSITIVE_INFINITY);
}

/** The same on one line of at most `max` characters. */
export function formLine(form: ActionForm, max: number): string {
  const text = render(form, 2 * max + 200);
  // values are quoted, so a line of the text is a line of the shape
  const short = form.kind === 'http' ? text.replace(/\ncontent-type: [^\n]*/, '') : text;
  return cut(oneLine(short), max, { as: 'line' });
}

/** One value as `formText` shows it. */
export function valueText(kind: ActionForm['kind'], value: FormValue): string {
  switch (value.type) {
    case 'redacted':
    case 'varies':
      return `‹${value.type}›`;
    case 'null':
      return kind === 'sql' ? 'NULL' : 'null';
    case 'number':
    case 'boolean':
      return /^(-?\d+(\.\d+)?([eE][+-]?\d+)?|true|false)$/.test(value.text)
        ? value.text
        : quoted(kind, value);
    case 'bytes':
      return bytesText(kind, value.text);
    case 'string':
      return quoted(kind, value);
  }
}

/**
 * What is new against a form that was decided before: `as 7f3k9q2m, except email a1@x → b7@x`. Null when more
 * than values differs. `id` is the one published for `before`, where it is longer than usual.
 */
export function formDifference(
  before: ActionForm,
  after: ActionForm,
  id: string = actionId(fingerprint(before)),
): string | null {
  const frame = (form: ActionForm) =>
    JSON.stringify([form.kind, form.target, form.role, form.shape, form.values.map(({ name }) => name)]);
  if (frame(before) !== frame(after)) return null;
  const changes = after.values.flatMap((value, index) => {
    const old = before.values[index];
    if (old === undefined || (old.type === value.type && old.text === value.text)) return [];
    return [`${oneLine(value.name)} ${briefly(old)} → ${briefly(value)}`];
  });
  if (changes.length === 0) return `as ${id}, but its rules, relations or estimated rows changed`;
  const shown = changes.slice(0, 5);
  if (changes.length > shown.length) shown.push(`${changes.length - shown.length} more values`);
  return `as ${id}, except ${shown.join(', ')}`;
}

function briefly(value: FormValue): string {
  return cut(valueText('command', value), 80, { as: 'line' });
}

function render(form: ActionForm, enough: number): string {
  let text = '';
  let appended = '';
  form.shape.forEach((part, index) => {
    if (text.length > enough) return;
    text += visible(part);
    const value = form.values[index];
    if (value === undefined) return;
    if (isAppended(form, index, value))
      appended += `\n${oneLine(value.name)} = ${valueText(form.kind, value)}`;
    else text += valueText(form.kind, value);
  });
  const evidence = (form.evidence ?? []).map(({ upTo }) => `\nestimated rows: up to ${upTo}`);
  return text + appended + evidence.join('');
}

/** Parameters that no part of the statement refers to stand behind it: they get a line each. */
function isAppended(form: ActionForm, index: number, value: FormValue): boolean {
  if (form.kind !== 'sql' || !/^\$\d+$/.test(value.name)) return false;
  if (form.shape.slice(index + 1).some((part) => part !== '')) return false;
  return (index > 0 && form.shape[index] === '') || form.shape.some((part) => part.includes(value.name));
}

function quoted(kind: ActionForm['kind'], value: FormValue): string {
  if (kind === 'sql') return sqlLiteral(value.text);
  if (kind === 'command') return shellWord(value.text);
  if (value.name.startsWith('query.')) return percentEncoded(value.text);
  if (value.name.startsWith('headers.')) return replaceHidden(value.text, codePoint);
  return jsonString(value.text);
}

/** Hex of bytes as PostgreSQL writes them, or the digest of a body. */
function bytesText(kind: ActionForm['kind'], text: string): string {
  if (kind === 'sql') return `${/^[0-9a-f]*$/i.test(text) ? `'\\x${text}'` : sqlLiteral(text)}::bytea`;
  return /^(sha256:)?[0-9a-f]*$/i.test(text) ? `‹bytes ${text}›` : `‹bytes ${jsonString(text)}›`;
}

const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function sqlLiteral(text: string): string {
  const doubled = text.replaceAll("'", "''");
  if (replaceHidden(text, () => '') === text) return `'${doubled}'`;
  const escaped = replaceHidden(doubled.replaceAll('\\', '\\\\'), (character) => {
    const code = character.codePointAt(0) ?? 0;
    const long = `\\U${code.toString(16).padStart(8, '0')}`;
    return escapes[character] ?? (code > 0xffff ? long : `\\u${code.toString(16).padStart(4, '0')}`);
  });
  return `E'${escaped}'`;
}

function jsonString(text: string): string {
  return replaceHidden(JSON.stringify(text), utf16);
}

function shellWord(text: string): string {
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(text)) return text;
  if (replaceHidden(text, () => '') === text) return `'${text.replaceAll("'", "'\\''")}'`;
  const escaped = text.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
  return `$'${replaceHidden(escaped, (character) => escapes[character] ?? utf16(character))}'`;
}

/** JavaScript's escapes of a character, one per UTF-16 unit. */
function utf16(character: string): string {
  return character
    .split('')
    .map((half) => `\\u${half.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}

function percentEncoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

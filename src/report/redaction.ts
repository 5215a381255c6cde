import type { ActionForm, FormValue } from '../approval/form.ts';
import { tokenPattern, urlPassword } from './secret-formats.ts';
import { isRedactedName } from './secret-names.ts';

export { isRedactedName } from './secret-names.ts';

/** What stands in a text where a secret stood. */
export const redactedMark = '‹redacted›';

/**
 * The form without secrets. A value that is one, by its name or because this run knows it, becomes a hole that
 * approvals do not bind; inside a longer value, in names and in the shape only the secret itself is replaced, so
 * that as much as possible stays shown and bound. Doing it twice changes nothing.
 */
export function redactForm(form: ActionForm, secrets: readonly string[]): ActionForm {
  const known = knownSecrets(secrets);
  const taken = new Set<string>();
  const values = form.values.map((value, index) => {
    const name = uniqueName(redactWith(value.name, known), taken);
    return redactValue({ ...value, name }, form.values[index - 1], form.kind, known);
  });
  return { ...form, shape: form.shape.map((part) => redactWith(part, known)), values };
}

/** A sentence, a command or an error without secrets; `name=value` pairs of secret names included. */
export function redactText(text: string, secrets: readonly string[]): string {
  const known = knownSecrets(secrets);
  return untilStable(text, (part) => redactAssignments(redactOnce(part, known)));
}

/**
 * Names of redacted values that nothing in the form explains: neither their name nor an option before them.
 * They may have held a known secret; people are told, because an approval covers any value there.
 */
export function unexplainedRedactions(form: ActionForm): string[] {
  return form.values.flatMap((value, index) => {
    if (value.type !== 'redacted' || isRedactedName(value.name)) return [];
    return form.kind === 'command' && followsSecretOption(form.values[index - 1]) ? [] : [value.name];
  });
}

interface Known {
  readonly exact: ReadonlySet<string>;
  readonly pattern: RegExp | null;
}

const cache = new WeakMap<readonly string[], { readonly length: number; readonly known: Known }>();

/** Compiled once per list: a judge asks with the same one for every runtime action. */
function knownSecrets(secrets: readonly string[]): Known {
  const cached = cache.get(secrets);
  if (cached?.length === secrets.length) return cached.known;
  const exact = new Set(secrets.filter((secret) => secret !== ''));
  const known = { exact, pattern: patternOf(exact) };
  cache.set(secrets, { length: secrets.length, known });
  return known;
}

/** Below this length a secret (`postgres`, `1234`) counts only as a word of its own, or it would blank words. */
const longSecret = 9;
/** One and two characters stand everywhere; such a secret counts only as a whole value. */
const shortestSecret = 3;

function patternOf(secrets: ReadonlySet<string>): RegExp | null {
  const forms = [...secrets].flatMap(encodings).filter((text) => text.length >= shortestSecret);
  if (forms.length === 0) return null;
  const sources = [...new Set(forms)]
    .sort((a, b) => b.length - a.length)
    .map((text) => {
      const source = text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
      return text.length >= longSecret ? source : `(?<![\\p{L}\\p{N}_])${source}(?![\\p{L}\\p{N}_])`;
    });
  return new RegExp(sources.join('|'), 'gu');
}

/** A secret as URLs, JSON and base64 carry it, and line by line where it has several. */
function encodings(secret: string): string[] {
  const base64 = Buffer.from(secret).toString('base64').replace(/=+$/, '');
  const lines = secret.split(/\r?\n/).filter((line) => line.length >= longSecret);
  const forms = [
    secret,
    encodeURIComponent(secret.toWellFormed()),
    JSON.stringify(secret).slice(1, -1),
    ...lines,
  ];
  return base64.length >= longSecret ? [...forms, base64, Buffer.from(secret).toString('base64url')] : forms;
}

/** PostgreSQL writes booleans as `t` and `f`; anything longer is not one, whatever it is called. */
const booleanText = /^(true|false|t|f)$/;

function redactValue(
  value: FormValue,
  before: FormValue | undefined,
  kind: ActionForm['kind'],
  known: Known,
): FormValue {
  if (value.text === '' || (value.type === 'boolean' && booleanText.test(value.text))) return value;
  const hole: FormValue = { ...value, type: 'redacted', text: '' };
  if (isRedactedName(value.name) || known.exact.has(value.text)) return hole;
  if (kind === 'command' && followsSecretOption(before)) return hole;
  const option = kind === 'command' ? (/^-{0,2}([A-Za-z_][\w.-]*)=(?=.)/s.exec(value.text) ?? null) : null;
  if (option !== null && isRedactedName(option[1] ?? ''))
    return { ...value, text: `${option[0]}${redactedMark}` };
  const text = redactWith(value.text, known);
  if (text === value.text) return value;
  return value.type === 'string' && text !== redactedMark ? { ...value, text } : hole;
}

/** `--password hunter2`: the option names the value behind it. */
function followsSecretOption(before: FormValue | undefined): boolean {
  return before?.type === 'string' && /^--?[A-Za-z][\w-]*$/.test(before.text) && isRedactedName(before.text);
}

function uniqueName(name: string, taken: Set<string>): string {
  const base = name.slice(0, 300);
  let unique = base;
  for (let count = 2; taken.has(unique); count++) unique = `${base.slice(0, 290)}#${count}`;
  taken.add(unique);
  return unique;
}

function redactWith(text: string, known: Known): string {
  return untilStable(text, (part) => redactOnce(part, known));
}

/** URLs before known secrets: a secret `postgres` must not break the scheme off a URL that holds a password. */
function redactOnce(text: string, known: Known): string {
  const found = text.replace(urlPassword, `$1${redactedMark}`).replace(tokenPattern, redactedMark);
  const { pattern } = known;
  return pattern === null ? found : betweenMarks(found, (part) => part.replace(pattern, redactedMark));
}

/** The beginning of `name=value`, `name: value`, `--name value` and `Bearer value` in running text. */
const assignment =
  /([\p{L}_][\p{L}\p{N}_-]{0,60})(["']?\s{0,3}[=:]\s{0,3}(?:(?:Bearer|Basic|Digest|token)\s{1,3})?|\s{1,3})/gu;
const assigned = /"[^"\n]{1,4096}"|'[^'\n]{1,4096}'|[^\s"',;&}\])]{1,4096}/uy;
const schemes = /^(Bearer|Basic|Digest|token)$/i;

function redactAssignments(text: string): string {
  let result = '';
  let done = 0;
  for (const { 0: start, 1: name = '', 2: sign = '', index } of text.matchAll(assignment)) {
    if (index < done) continue;
    assigned.lastIndex = index + start.length;
    const value = assigned.exec(text)?.[0];
    if (value === undefined || value.includes(redactedMark) || schemes.test(value)) continue;
    const isOption = text.slice(Math.max(0, index - 2), index).includes('-');
    const bySpace = sign.trim() === '' && !isOption;
    if (!(bySpace ? schemes.test(name) && value.length >= 16 : isRedactedName(name))) continue;
    result += `${text.slice(done, index + start.length)}${redactedMark}`;
    done = index + start.length + value.length;
  }
  return result + text.slice(done);
}

/** Repeats on what lies between the marks, so that a mark is never read as text and the result is stable. */
function untilStable(text: string, redact: (part: string) => string): string {
  for (let current = text; ; ) {
    const next = betweenMarks(current, redact);
    if (next === current) return current;
    current = next;
  }
}

function betweenMarks(text: string, redact: (part: string) => string): string {
  return text.split(redactedMark).map(redact).join(redactedMark);
}

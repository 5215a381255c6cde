import { formatOrigin } from './origin.ts';

/**
 * What suites in other languages can say by conventions that their tools have: each gives `file:line` as the preload
 * would, or an empty text. Hostile like everything on the wire; see origin.ts.
 */

/** The value of a `baggage` header (W3C): members `jit.file` and `jit.line`. */
export function originInBaggage(header: string): string {
  const members = new Map(header.split(',').map((member) => keyAndValue(member)));
  return told(members.get('jit.file'), members.get('jit.line'));
}

/** The header as the target is to get it: without our members; empty where nothing else was in it. */
export function baggageWithout(header: string): string {
  const others = header.split(',').filter((member) => !/^jit\.(file|line)$/.test(keyAndValue(member)[0]));
  return others.join(',').trim();
}

function keyAndValue(member: string): [string, string] {
  // properties of a member follow a semicolon
  const [pair = ''] = member.split(';', 1);
  const at = pair.indexOf('=');
  return at < 0 ? [pair.trim(), ''] : [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
}

/** Bytes of a comment that are looked at. */
const longestComment = 4000;

/** A statement's last comment, as sqlcommenter writes it at its end: jit_file and jit_line, URL-encoded and quoted. */
export function originInComment(statement: string): string {
  const start = statement.lastIndexOf('/*');
  if (start < 0) return '';
  const comment = statement.slice(start, start + longestComment);
  const value = (key: string): string | undefined =>
    new RegExp(`(?:^/\\*|,)\\s*${key}='([^'\\\\]*)'`).exec(comment)?.[1];
  return told(value('jit_file'), value('jit_line'));
}

function told(file: string | undefined, line: string | undefined): string {
  if (file === undefined || line === undefined) return '';
  try {
    return formatOrigin({ file: decodeURIComponent(file), line: Number(line) });
  } catch {
    return '';
  }
}

/** A test by its name, as pytest and others write it: `path::line` or `path::…::name`. */
export interface TestId {
  readonly file: string;
  readonly line: number | null;
  /** Of the test's function, without its parameters; null where the line is known. */
  readonly name: string | null;
}

/** Null for what is no such name. */
export function parseTestId(text: string): TestId | null {
  const [file = '', ...parts] = text.split('::');
  const last = parts.at(-1) ?? '';
  if (file === '' || last === '') return null;
  if (/^[1-9]\d{0,5}$/.test(last)) return { file, line: Number(last), name: null };
  const name = last.replace(/ \((setup|call|teardown)\)$/, '').replace(/\[[\s\S]*\]$/, '');
  return name === '' ? null : { file, line: null, name };
}

/** The session's `application_name`, where it is `path::line`. */
export function originInName(applicationName: string): string {
  const id = parseTestId(applicationName);
  return id === null || id.line === null ? '' : formatOrigin({ file: id.file, line: id.line });
}

import { createHash } from 'node:crypto';

export interface CutOptions {
  /**
   * `line`: ends in an ellipsis. `text`: a last line says how much is left out, with a digest of the whole.
   * `markdown`: the same, cut between lines, with open fences and `<details>` closed.
   */
  readonly as: 'line' | 'text' | 'markdown';
  /** What `max` counts: UTF-16 units (default, never fewer than characters) or bytes of UTF-8. */
  readonly unit?: 'characters' | 'bytes';
}

/** The one function that cuts. The result is never longer than `max` and never ends inside a character. */
export function cut(text: string, max: number, options: CutOptions): string {
  const unit = options.unit ?? 'characters';
  if (sizeOf(text, unit) <= max) return text;
  if (options.as === 'line') {
    const room = max - sizeOf('…', unit);
    return room < 0 ? '' : `${head(text, room, unit)}…`;
  }
  let room = max;
  for (;;) {
    const kept = options.as === 'text' ? head(text, room, unit) : wholeLines(head(text, room, unit));
    const closed = options.as === 'text' ? kept : close(kept);
    const result = `${closed}${separator(closed, options.as)}${note(text, kept)}`;
    const excess = sizeOf(result, unit) - max;
    if (excess <= 0) return result;
    if (room <= 0) return head(result, max, unit);
    room = Math.min(room - excess, sizeOf(kept, unit) - 1);
  }
}

/** The first 12 hex digits of a text's SHA-256: enough to see that two copies are the same. */
function shortDigest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

export function sizeOf(text: string, unit: 'characters' | 'bytes'): number {
  return unit === 'bytes' ? Buffer.byteLength(text) : text.length;
}

function note(text: string, kept: string): string {
  const left = (text.length - kept.length).toLocaleString('en');
  return `… ${left} characters left out (sha256 of the whole: ${shortDigest(text)})`;
}

function separator(kept: string, as: CutOptions['as']): string {
  if (kept === '') return '';
  return as === 'text' ? '\n' : '\n\n';
}

/** The longest beginning that fits, never ending between the halves of a surrogate pair. */
function head(text: string, max: number, unit: 'characters' | 'bytes'): string {
  if (max <= 0) return '';
  if (unit === 'bytes') {
    return text.slice(0, new TextEncoder().encodeInto(text, new Uint8Array(max)).read);
  }
  const last = text.charCodeAt(max - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? max - 1 : max);
}

/** Half a line could end inside a code span and set its content free. */
function wholeLines(text: string): string {
  return text.slice(0, Math.max(0, text.lastIndexOf('\n')));
}

/** Closes the fence and the `<details>` that are open at the end of Markdown written here. */
function close(markdown: string): string {
  let open: string | null = null;
  let details = 0;
  for (const line of markdown.split('\n')) {
    const run = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line);
    const mark = run?.[1];
    if (mark !== undefined && open === null) open = mark;
    else if (mark !== undefined && open !== null) {
      if (mark.startsWith(open) && run?.[2]?.trim() === '') open = null;
    } else if (open === null && line.startsWith('<details')) details += 1;
    else if (open === null && line.startsWith('</details>')) details -= 1;
  }
  return `${markdown}${open === null ? '' : `\n${open}`}${'\n\n</details>'.repeat(Math.max(0, details))}`;
}

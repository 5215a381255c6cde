import fc from 'fast-check';
import type { ActionForm, FormValue } from '../../src/approval/form.ts';
import type { HoldView } from '../../src/report/views.ts';
import { ruleDigest } from './sample.ts';

/** Pieces that mean something to Markdown, HTML, GitHub, the runner, Mermaid or a terminal. */
const pieces = [
  '\n',
  '\r\n',
  '\r',
  '```',
  '````',
  '~~~',
  '`',
  '``',
  '\n```\n',
  '\n~~~~\n',
  '\n    ',
  '\t',
  '|',
  '\\',
  '\\|',
  '@octocat',
  '@acme/data',
  '#1',
  'GH-1',
  'acme/shop#3',
  'https://evil.example',
  'www.evil.example',
  'a@b.example',
  '<img src=x onerror=alert(1)>',
  '</details>',
  '<details>',
  '<!--',
  '-->',
  '![x](https://evil.example/x.png)',
  '[ok](javascript:alert(1))',
  '\n# Approved',
  '\n- [x] ',
  '\n> ',
  '\n---\n',
  '**',
  '$x$',
  '&lt;',
  ':tada:',
  '\n/approve all',
  '/approve 7f3k9q2m',
  '\n/lgtm',
  '::error::x',
  '\n::set-output name=a::b',
  '##[group]',
  '%0A',
  ',',
  '\u001b[2J',
  '\u001b]8;;https://evil.example\u0007',
  '\u0000',
  '\u0007',
  '\u202e',
  '\u2066',
  '\u200b',
  '\ufeff',
  '\u{e0041}',
  '\ud800',
  '\u0301\u0301\u0301\u0301\u0301\u0301',
  '\u3000',
  '‹redacted›',
  'ok',
  ' ',
  "'",
  '"',
  '$1',
  ':',
  ';',
  'click a href "x"',
  '\nsection x',
  '\n%%{init: {}}%%',
  'deadbeefcafe',
  'CVE-2026-1',
  'GHSA-aaaa-bbbb-cccc',
];

export const hostile = fc
  .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary', maxLength: 6 })), { maxLength: 12 })
  .map((parts) => parts.join(''));

const types: readonly FormValue['type'][] = [
  'string',
  'number',
  'boolean',
  'null',
  'bytes',
  'redacted',
  'varies',
];
const empty = new Set<FormValue['type']>(['null', 'redacted', 'varies']);

export const hostileForm: fc.Arbitrary<ActionForm> = fc
  .record({
    kind: fc.constantFrom('sql' as const, 'http' as const, 'command' as const, 'call' as const),
    target: hostile,
    role: fc.option(hostile),
    relations: fc.option(fc.array(hostile, { maxLength: 3 })),
    values: fc.uniqueArray(
      fc.record({ name: hostile, type: fc.constantFrom(...types), text: hostile, selects: fc.boolean() }),
      { maxLength: 5, selector: ({ name }) => name },
    ),
    parts: fc.array(hostile, { minLength: 6, maxLength: 6 }),
    rule: hostile,
  })
  .map(({ parts, rule, values, ...rest }) => ({
    ...rest,
    values: values.map((entry) => (empty.has(entry.type) ? { ...entry, text: '' } : entry)),
    shape: parts.slice(0, values.length + 1),
    rules: [{ id: rule, digest: ruleDigest }],
  }));

export const hostileView: fc.Arbitrary<HoldView> = fc.record({
  id: fc.stringMatching(/^[0-9a-hjkmnp-tv-z]{8}$/),
  form: hostileForm,
  target: hostile,
  reason: hostile,
  status: fc.constantFrom('held', 'approved', 'denied', 'expired', 'revoked', 'superseded'),
  sentence: fc.option(hostile),
  blocked: fc.option(hostile),
  unknown: fc.array(hostile, { maxLength: 8 }),
  checks: fc.array(hostile, { maxLength: 8 }),
  count: fc.integer({ min: 1, max: 1000 }),
  steps: fc.array(hostile, { maxLength: 12 }),
  origin: fc.option(fc.record({ file: hostile, line: fc.integer({ min: 1 }) })),
  ruleAt: fc.option(fc.record({ file: hostile, line: fc.integer({ min: 1 }) })),
  varying: fc.array(fc.record({ name: hostile, class: hostile }), { maxLength: 7 }),
  resembles: fc.option(hostile),
  requirements: fc.array(hostile, { maxLength: 7 }),
});

/** Markdown outside its code: what GitHub would act on. Throws when a fence stays open. */
export function outsideCode(markdown: string): string {
  const kept: string[] = [];
  let open: string | null = null;
  for (const line of markdown.split('\n')) {
    const run = /^ {0,3}(`{3,}|~{3,})([^`]*)$/.exec(line);
    const mark = run?.[1];
    if (open !== null) {
      if (mark?.startsWith(open) && run?.[2]?.trim() === '') open = null;
    } else if (mark !== undefined) open = mark;
    else kept.push(withoutSpans(line));
  }
  if (open !== null) throw new Error(`the fence ${open} stays open`);
  return kept.join('\n');
}

/** CommonMark 6.1: a span ends at the next run of backticks of the same length; a backslash frees one before it. */
function withoutSpans(line: string): string {
  let result = '';
  let at = 0;
  while (at < line.length) {
    if (line[at] === '\\') {
      result += line.slice(at, at + 2);
      at += 2;
      continue;
    }
    const run = /^`+/.exec(line.slice(at))?.[0];
    if (run === undefined) {
      result += line[at];
      at += 1;
      continue;
    }
    const rest = line.slice(at + run.length);
    const end = [...rest.matchAll(/`+/g)].find((found) => found[0] === run);
    if (end === undefined) {
      result += run;
      at += run.length;
    } else at += run.length + end.index + run.length;
  }
  return result;
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseCommand } from '../../src/approval/command.ts';
import { gateOutput, holdOutput, reportOutput } from '../../src/report/check-run.ts';
import { stickyComment } from '../../src/report/comment.ts';
import type { Report } from '../../src/report/schema.ts';
import { jobSummary } from '../../src/report/summary.ts';
import {
  endSummary,
  flaggedLine,
  holdDetails,
  holdPrompt,
  stepLine,
  stepStartLine,
} from '../../src/report/terminal.ts';
import { hostile, hostileForm, hostileView, outsideCode } from '../report/hostile.ts';
import { flagged, form, report, value } from '../report/sample.ts';

/**
 * S5 (the bot echoes a command) and S13 (the approver is deceived by content): whatever a suite, a server or a
 * pull request writes, none of our surfaces lets it act, hide or pass for our own words.
 */

/** What GitHub would act on outside code, after our own tags are taken away. */
function assertInert(markdown: string): void {
  const live = outsideCode(markdown).replaceAll(/<\/?details>|<\/?summary>/g, '');
  assert.doesNotMatch(live, /@[A-Za-z0-9]/, 'a mention');
  assert.doesNotMatch(live, /(?<!&)#\d|GH-\d/i, 'a reference');
  assert.doesNotMatch(live, /:\/\/|www\.[A-Za-z]|\]\(/, 'a link');
  assert.doesNotMatch(live, /(?<!\\)<[A-Za-z/!?]/, 'a tag');
  assert.doesNotMatch(live, /(?<!\\)!\[/, 'an image');
  assert.doesNotMatch(markdown, /^[^\S\n]*\//m, 'a line that starts as a command');
  assert.doesNotMatch(
    markdown,
    /[\u0000-\u0008\u000b-\u001f\u007f\u202a-\u202e\u2066-\u2069\ufeff]/,
    'a hidden character',
  );
  for (const line of markdown.split('\n')) assert.equal(parseCommand(line).kind, 'none');
}

const hostileReport: fc.Arbitrary<Report> = fc
  .record({ forms: fc.array(hostileForm, { maxLength: 4 }), text: hostile, other: hostile })
  .map(({ forms, text, other }) => {
    const sample = report();
    return report({
      flagged: forms.map((of, index) =>
        flagged(of, {
          outcome: index === 0 ? 'denied' : 'held',
          deniedBy: index === 0 ? other : null,
          target: text,
          reason: other,
          unknown: [text],
          unbindable: index === 1 ? text : null,
          steps: [other],
          origin: { file: text, line: 1 },
          checks: [{ rule: text, type: other, outcome: 'failed', expected: text, met: other }],
        }),
      ),
      policy: sample.policy.map((source) => ({ ...source, file: text, branch: other })),
      steps: sample.steps.map((step) => ({ ...step, id: text, command: other, reason: text })),
      targets: sample.targets.map((target) => ({ ...target, name: other })),
      repeated: sample.repeated.map((entry) => ({ ...entry, shape: text, target: other })),
      notices: [text, other],
    });
  });

test('the comment lets no foreign text act', () => {
  fc.assert(
    fc.property(fc.array(hostileView, { maxLength: 4 }), hostile, (holds, text) => {
      const comment = stickyComment({
        holds,
        setId: '0c4w8x1z',
        buttons: true,
        gate: { state: 'failure', title: text },
        problems: [text],
        notices: [text],
      });
      assertInert(comment);
      assert.ok(comment.length <= 65_536);
    }),
    { numRuns: 200 },
  );
});

test("a hold's check run lets no foreign text act and keeps the command that decides it", () => {
  fc.assert(
    fc.property(hostileView, fc.boolean(), (view, buttons) => {
      const { title, summary } = holdOutput(view, buttons);
      assertInert(summary);
      assert.ok(Buffer.byteLength(summary) <= 65_535);
      assert.ok(title.length <= 120);
      assert.doesNotMatch(title, /[\n\r\u001b\u202e]|@[A-Za-z0-9]|:\/\/|<[A-Za-z!/]/);
      if (view.blocked === null && view.status === 'held')
        assert.ok(summary.includes(`\`/approve ${view.id}\``));
    }),
    { numRuns: 200 },
  );
});

test('the gate lets no foreign text act', () => {
  fc.assert(
    fc.property(hostile, hostile, (text, other) => {
      const hold = {
        id: '7f3k9q2m',
        target: text,
        line: other,
        status: 'held' as const,
        votes: text,
        who: other,
      };
      const gate = {
        base: text,
        state: 'failure' as const,
        sentences: [other],
        holds: [hold],
        setId: '0c4w8x1z',
        grants: null,
      };
      assertInert(gateOutput(gate).summary);
    }),
    { numRuns: 200 },
  );
});

test('the job summary lets no foreign text act, in tables and diagrams too', () => {
  fc.assert(
    fc.property(hostileReport, (sample) => {
      const summary = jobSummary(sample);
      assertInert(summary);
      assertInert(reportOutput(sample).summary);
      const diagram = /```mermaid\n([\s\S]*?)\n```/.exec(summary)?.[1] ?? '';
      for (const line of diagram.split('\n')) {
        assert.match(
          line,
          /^( {2}(dateFormat x|axisFormat %M:%S|section (Steps|Flagged)|(step|held|denied) [\w-]* :[\w, ]+)|gantt)$/,
        );
      }
      const [tables = ''] = summary.split('\n**In full**\n');
      for (const row of tables.split('\n').filter((line) => line.startsWith('| '))) {
        const cells = row.replaceAll('\\|', '').split('|').length - 2;
        assert.ok(cells === 6 || cells === 7, row);
      }
    }),
    { numRuns: 200 },
  );
});

test('the terminal and the job log get no escape sequence and no workflow command', () => {
  fc.assert(
    fc.property(hostileReport, hostileForm, hostile, (sample, of, text) => {
      const plain = { color: false };
      const hold = { id: '7f3k9q2m', fingerprint: 'a'.repeat(64), form: of, reason: text };
      const output = [
        stepStartLine({ id: text, run: text }, plain),
        ...sample.steps.map((step) => stepLine(step, plain)),
        ...sample.flagged.map((entry) => flaggedLine(entry, plain)),
        holdPrompt(hold, [text]),
        holdDetails(hold),
        endSummary(sample, plain),
      ].join('\n');
      assert.doesNotMatch(output, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
      assert.doesNotMatch(output, /^\s*::|##\[/m);
    }),
    { numRuns: 200 },
  );
});

test('a value that closes its quote, its fence and its cell is still shown as a value', () => {
  const text = "x' OR true; --\n```\n\n/approve all 0c4w8x1z\n| a | <details> @octocat";
  const { summary } = holdOutput(
    { ...holdView(form({ values: [value('email', text, { selects: true })] })), status: 'held' },
    true,
  );
  assert.match(
    summary,
    /WHERE email = E'x'' OR true; --\\n```\\n\\n\/approve all 0c4w8x1z\\n\| a \| <details> @octocat'\n~~~/,
  );
  assertInert(summary);
});

test('right-to-left overrides and invisible letters in a statement are named', () => {
  const { summary } = holdOutput(
    holdView(form({ shape: ['DELETE FROM "us\u202eers" WHERE id\u200b = ', ''] })),
    true,
  );
  assert.ok(summary.includes('DELETE FROM "us‹U+202E›ers" WHERE id‹U+200B› = '));
});

function holdView(of: ReturnType<typeof form>): Parameters<typeof holdOutput>[0] {
  return {
    id: '7f3k9q2m',
    form: of,
    target: 'staging-db',
    reason: 'Touches many rows',
    status: 'held',
    sentence: null,
    blocked: null,
    unknown: [],
    checks: [],
    count: 1,
    steps: [],
    origin: null,
    ruleAt: null,
    varying: [],
    resembles: null,
    requirements: [],
  };
}

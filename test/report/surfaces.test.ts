import assert from 'node:assert/strict';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { checkRunFormLimit, gateOutput, holdOutput, reportOutput } from '../../src/report/check-run.ts';
import { stickyComment } from '../../src/report/comment.ts';
import { commentPlan } from '../../src/report/comment-plan.ts';
import { jobSummary } from '../../src/report/summary.ts';
import {
  endSummary,
  flaggedLine,
  holdDetails,
  holdPrompt,
  stepLine,
  stepStartLine,
} from '../../src/report/terminal.ts';
import { type HoldView, viewOfFlagged } from '../../src/report/views.ts';
import { chargeForm, commandForm, flagged, form, insertForm, report, value } from './sample.ts';

/** Whole outputs as files, for people to read: `node --test --test-update-snapshots` writes them anew. */
function matches(t: TestContext, text: string, file: string): void {
  t.assert.fileSnapshot(text, path.join(import.meta.dirname, 'expected', file), {
    serializers: [(given: unknown) => String(given)],
  });
}

function view(of = form(), rest: Partial<HoldView> = {}): HoldView {
  return {
    ...viewOfFlagged(flagged(of)),
    requirements: ['one person with role maintain or higher, but not the author'],
    ...rest,
  };
}

const gate = { state: 'failure', title: '2 runtime actions wait for approval' } as const;
const holds: HoldView[] = [
  view(form(), { count: 3, resembles: 'as 7f3k9q2m, except email old@x → a1@example.test' }),
  view(insertForm, { checks: ['schema (users) failed: expected plan is required; met no plan'] }),
  view(form({ values: [value('id', 'other')] }), { blocked: 'the request body is too large to read' }),
  view(chargeForm, { status: 'approved', sentence: 'Approved by alice.', target: 'stripe' }),
  view(commandForm, { status: 'denied', sentence: 'Denied by bob: not on a Friday.', target: 'command' }),
];

test('the job summary reads as expected', (t) => matches(t, jobSummary(report()), 'summary.md'));

test('the comment reads as expected', (t) => {
  const text = stickyComment({
    holds,
    setId: '0c4w8x1z',
    buttons: true,
    gate,
    problems: ['The report of job "integration" of attempt 2 is missing.'],
    notices: ['Target "ledger-api" was never called through its gate.'],
  });
  matches(t, text, 'comment.md');
});

test('the comment with nothing left to decide reads as expected', (t) => {
  const text = stickyComment({
    holds: holds.slice(3, 4),
    setId: null,
    buttons: true,
    gate: { state: 'success', title: '1 runtime action approved' },
    problems: [],
    notices: [],
  });
  matches(t, text, 'comment-decided.md');
});

test("a hold's check run reads as expected", (t) => {
  const { title, summary } = holdOutput(view(insertForm), true);
  matches(t, `${title}\n\n---\n\n${summary}\n`, 'hold.md');
});

test("the gate's check run reads as expected and carries the grants unchanged", (t) => {
  const grants = '{"version":1,"grants":[]}';
  const { title, summary, text } = gateOutput({
    base: 'main',
    state: 'failure',
    sentences: ['2 runtime actions wait for approval', '1 was denied by bob'],
    holds: [
      {
        id: '7f3k9q2m',
        target: 'stripe',
        line: 'POST https://api.stripe.com',
        status: 'approved',
        who: 'Approved by alice, and ran.',
      },
      {
        id: '0c4w8x1z',
        target: 'staging-db',
        line: "DELETE FROM users WHERE a = 'x|y'",
        status: 'held',
        who: 'Waits for 2 people with role maintain or higher, or in team acme/data (rule bulk-delete, so far nobody).',
      },
    ],
    setId: '5d6e7f8g',
    grants,
  });
  assert.equal(text, grants);
  matches(t, `${title}\n\n---\n\n${summary}\n`, 'gate.md');
});

test('grants too long for a check run are an error, never cut', () => {
  const green = { base: 'main', state: 'success' as const, sentences: [], holds: [], setId: null };
  assert.throws(() => gateOutput({ ...green, grants: 'x'.repeat(65_536) }), { code: 'GRANTS_TOO_LONG' });
});

test('the terminal reads as expected', (t) => {
  const plain = { color: false };
  const sample = report();
  const hold = {
    id: '7f3k9q2m',
    fingerprint: 'a'.repeat(64),
    form: insertForm,
    reason: 'New users must have a plan',
  };
  const text = [
    stepStartLine({ id: 'migrate', run: 'npm run db:migrate' }, plain),
    ...sample.flagged.map((entry) => flaggedLine(entry, plain)),
    ...sample.steps.map((step) => stepLine(step, plain)),
    holdPrompt(hold, ['id']),
    holdDetails(hold),
    endSummary(sample, plain),
  ].join('\n');
  matches(t, text, 'terminal.txt');
});

test('terminal lines of our own making fit into 80 columns', () => {
  const sample = report();
  const lines = [
    ...sample.steps.map((step) => stepLine(step, { color: false })),
    ...sample.flagged.map((entry) => flaggedLine(entry, { color: false })),
    endSummary(sample, { color: false }),
  ].flatMap((text) => text.split('\n'));
  for (const line of lines) assert.ok(line.length <= 80, line);
});

test('colour is there only when asked for', () => {
  const [step] = report().steps;
  assert.ok(step !== undefined);
  assert.ok(stepLine(step, { color: true }).includes('\u001b[32m'));
  assert.ok(!stepLine(step, { color: false }).includes('\u001b'));
});

const long = form({ shape: ['SELECT ', ''], values: [value('a', 'x'.repeat(checkRunFormLimit))] });

test('what is not shown whole is neither in the set nor offered a button', () => {
  const plan = commentPlan([view(form()), view(long)]);
  assert.deepEqual(
    plan.whole.map(({ form: of }) => of),
    [form()],
  );
  assert.deepEqual(
    plan.listed.map(({ form: of }) => of),
    [long],
  );
  assert.match(holdOutput(view(long), true).summary, /no button can approve it/);
  assert.doesNotMatch(holdOutput(view(long), true).summary, /with the buttons of this check/);
  assert.match(holdOutput(view(form()), true).summary, /with the buttons of this check/);
});

test('the plan is the same before ids and resemblances are known, and all that it calls whole is in the comment', () => {
  const long = '#'.repeat(2000);
  const all = Array.from({ length: 200 }, (_, index) =>
    view(form({ values: [value('email', `${index}@x`)] })),
  );
  const told = all.map((hold) => ({ ...hold, id: `${hold.id}${'0'.repeat(44)}`, resembles: long }));
  const [before, after] = [commentPlan(all), commentPlan(told)];
  assert.equal(before.whole.length, after.whole.length);
  const text = stickyComment({
    holds: told,
    setId: '0c4w8x1z',
    buttons: true,
    gate,
    problems: [long],
    notices: [long],
  });
  assert.ok(text.length <= 65_536);
  for (const { id } of after.whole) assert.ok(text.includes(`\`/deny ${id} -- reason\``));
  assert.ok(text.includes('`/approve all 0c4w8x1z`'));
});

test('what nobody can approve shows no command', () => {
  const blocked = view(form(), { blocked: 'the body is too large' });
  assert.doesNotMatch(holdOutput(blocked, true).summary, /\/approve/);
  const text = stickyComment({
    holds: [blocked],
    setId: null,
    buttons: true,
    gate,
    problems: [],
    notices: [],
  });
  assert.doesNotMatch(text, /\/approve/);
});

test('two thousand holds fit into one comment, those shown whole with their commands', () => {
  const all = Array.from({ length: 2000 }, (_, index) =>
    view(form({ values: [value('email', `${index}@x`)] })),
  );
  const text = stickyComment({
    holds: all,
    setId: '0c4w8x1z',
    buttons: true,
    gate,
    problems: [],
    notices: [],
  });
  assert.ok(text.length <= 65_536);
  const plan = commentPlan(all);
  assert.ok(plan.whole.length > 20 && plan.whole.length < 2000);
  for (const { id } of plan.whole) assert.ok(text.includes(`\`/approve ${id}\``));
  assert.ok(text.includes(`All ${plan.whole.length} shown below at once: \`/approve all 0c4w8x1z\``));
});

test('the largest report stays within the limits of every surface', () => {
  const sample = report();
  const [step, target, first] = [sample.steps[0], sample.targets[0], sample.repeated[0]];
  assert.ok(step !== undefined && target !== undefined && first !== undefined);
  const wide = '語'.repeat(1000);
  const largest = report({
    flagged: Array.from({ length: 5000 }, (_, index) =>
      flagged(form({ values: [value('email', `${index}${wide}`)] }), { reason: wide, unknown: [wide, wide] }),
    ),
    steps: Array.from({ length: 1000 }, () => ({ ...step, id: wide.slice(0, 100), reason: wide })),
    targets: Array.from({ length: 1000 }, () => ({ ...target, name: wide.slice(0, 300) })),
    repeated: Array.from({ length: 5000 }, () => ({ ...first, shape: wide.slice(0, 500) })),
    notices: Array.from({ length: 1000 }, () => wide),
  });
  assert.ok(Buffer.byteLength(jobSummary(largest)) <= 1024 * 1024);
  assert.ok(Buffer.byteLength(reportOutput(largest).summary) <= 65_535);
});

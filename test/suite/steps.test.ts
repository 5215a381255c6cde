import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Report, StepResult } from '../../src/report/schema.ts';
import { resume } from '../../src/suite/resume.ts';
import { parseSteps, type Step } from '../../src/suite/steps.ts';

describe('steps', () => {
  test('a step without needs needs every step above it', () => {
    const steps = parseSteps(
      '- { id: a, run: "1" }\n- { id: b, run: "2" }\n- { id: c, needs: [], run: "3" }',
    );
    assert.deepEqual(
      steps.map((step) => step.needs),
      [[], ['a'], []],
    );
  });

  test('"id: command" lines are steps in their order', () => {
    assert.deepEqual(
      parseSteps('migrate: npm run migrate\napi: npm test').map((step) => [step.id, step.run]),
      [
        ['migrate', 'npm run migrate'],
        ['api', 'npm test'],
      ],
    );
  });

  const wrong: [string, string, RegExp][] = [
    [
      'a later step',
      '- {id: a, run: x, needs: [b]}\n- {id: b, run: x}',
      /"a" needs "b", which is no step above it/,
    ],
    ['a doubled id', '- {id: a, run: x}\n- {id: a, run: y}', /"a" stands twice/],
    ['an unknown key', '- {id: a, run: x, need: []}', /need/],
    ['no list', 'just text', /expected as a list/],
    ['broken YAML', '- {id: a', /not valid YAML/],
  ];
  for (const [what, text, message] of wrong) {
    test(`${what} is refused in words`, () =>
      assert.throws(() => parseSteps(text), { code: 'STEPS', message }));
  }
});

describe('resume', () => {
  const steps: Step[] = parseSteps(
    '- { id: migrate, run: m }\n- { id: orders, run: o, needs: [migrate] }\n- { id: cleanup, run: c, needs: [migrate] }',
  );
  const head = 'a'.repeat(40);
  const policy = [{ from: 'base', branch: 'main', file: 'p', commit: head, blob: head }] as const;

  function earlier(statuses: Record<string, StepResult['status']>, change: Partial<Report> = {}): Report {
    const results = steps.map((step) => ({
      id: step.id,
      command: step.run,
      needs: [...step.needs],
      status: statuses[step.id] ?? 'passed',
      reason: null,
      exitCode: 0,
      startedAt: null,
      durationMs: 1,
      allowed: 0,
      held: 0,
      denied: 0,
      passedInAttempt: null,
    }));
    return {
      version: 1,
      generator: 'jit-approval test',
      run: {
        repository: 'o/r',
        event: 'pull_request',
        workflow: null,
        runId: 1,
        attempt: 1,
        job: 'j',
        checkRunId: null,
        head,
        base: 'main',
        pullRequest: 1,
      },
      app: 1001,
      policy: [...policy],
      startedAt: '2026-01-01T00:00:00.000Z',
      durationMs: 1,
      result: 'held',
      exitCode: 75,
      steps: results,
      targets: [],
      flagged: [],
      counted: [],
      repeated: [],
      notices: [],
      ...change,
    };
  }
  const skipped = (report: Report | null, now = { head, policy: [...policy] }, with_ = steps) => [
    ...resume(with_, report, now).keys(),
  ];

  test('skips what passed, but runs held steps with what they need', () => {
    assert.deepEqual(skipped(earlier({ cleanup: 'held' })), ['orders']);
    assert.deepEqual(skipped(earlier({ cleanup: 'failed' })), ['orders']);
  });

  test('nothing is skipped after a job that passed, on another head, or under another policy', () => {
    assert.deepEqual(skipped(earlier({}, { result: 'passed' })), []);
    assert.deepEqual(
      skipped(earlier({ cleanup: 'held' }), { head: 'b'.repeat(40), policy: [...policy] }),
      [],
    );
    const changed = [{ ...policy[0], blob: 'c'.repeat(40) }];
    assert.deepEqual(skipped(earlier({ cleanup: 'held' }), { head, policy: changed }), []);
    assert.deepEqual(skipped(null), []);
  });

  test('a step whose command changed runs again', () => {
    const changed = steps.map((step) => (step.id === 'orders' ? { ...step, run: 'other' } : step));
    assert.deepEqual(skipped(earlier({ cleanup: 'held' }), undefined, changed), []);
  });

  test('a step skipped before keeps the attempt in which it passed', () => {
    const report = earlier({ cleanup: 'held', orders: 'skipped' });
    const withAttempt = {
      ...report,
      run: { ...report.run, attempt: 3 },
      steps: report.steps.map((step) => (step.id === 'orders' ? { ...step, passedInAttempt: 1 } : step)),
    };
    assert.deepEqual([...resume(steps, withAttempt, { head, policy: [...policy] })], [['orders', 1]]);
  });
});

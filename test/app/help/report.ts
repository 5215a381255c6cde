import { actionId, fingerprint } from '../../../src/approval/fingerprint.ts';
import type { ActionForm } from '../../../src/approval/form.ts';
import type { Flagged, Report } from '../../../src/report/schema.ts';

/** A report as an honest job leaves it; tests say what differs. */
export function reportOf(run: Partial<Report['run']>, over: Partial<Report> = {}): Report {
  return {
    version: 1,
    generator: 'jit-approval test',
    run: {
      repository: 'acme/shop',
      event: 'pull_request',
      workflow: '.github/workflows/integration.yml',
      runId: 100,
      attempt: 1,
      job: 'test-0-1',
      checkRunId: null,
      head: '1'.repeat(40),
      base: 'main',
      pullRequest: 7,
      ...run,
    },
    app: 1001,
    policy: [],
    startedAt: '2026-01-01T00:00:00Z',
    durationMs: 1000,
    result: 'held',
    exitCode: 75,
    steps: [],
    targets: [],
    flagged: [],
    counted: [],
    repeated: [],
    notices: [],
    ...over,
  };
}

export function flaggedOf(form: ActionForm, over: Partial<Flagged> = {}): Flagged {
  const print = fingerprint(form);
  return {
    id: actionId(print),
    fingerprint: print,
    form,
    outcome: 'held',
    grant: null,
    deniedBy: null,
    target: 'staging-db',
    reason: 'Touches a shared database',
    unknown: [],
    checks: [],
    trace: [],
    unbindable: null,
    count: 1,
    steps: ['api'],
    origin: { file: 'test/api.test.ts', line: 3 },
    ruleAt: null,
    firstAt: '2026-01-01T00:00:00Z',
    ...over,
  };
}

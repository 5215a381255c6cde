import { actionId, fingerprint } from '../../src/approval/fingerprint.ts';
import type { ActionForm, FormValue } from '../../src/approval/form.ts';
import type { Flagged, Report } from '../../src/report/schema.ts';

export const ruleDigest = 'ab'.repeat(32);

export function value(name: string, text: string, rest: Partial<FormValue> = {}): FormValue {
  return { name, type: 'string', text, selects: false, ...rest };
}

export function form(rest: Partial<ActionForm> = {}): ActionForm {
  return {
    kind: 'sql',
    target: 'db.internal:5432/shop',
    role: 'app',
    relations: ['public.users'],
    shape: ['DELETE FROM users WHERE email = ', ''],
    values: [value('email', 'a1@example.test', { selects: true })],
    rules: [{ id: 'bulk-delete', digest: ruleDigest }],
    ...rest,
  };
}

export const insertForm = form({
  shape: ['INSERT INTO users (id, email, password) VALUES (', ', ', ', ', ')'],
  values: [
    value('id', '3f2b8c1e-8f0a-4c55-9a51-2d6a1f0c7b11'),
    value('email', "o'neill@example.test"),
    value('password', '', { type: 'redacted' }),
  ],
});

export const chargeForm = form({
  kind: 'http',
  target: 'api.stripe.com',
  role: null,
  relations: null,
  shape: ['POST https://api.stripe.com:443/v1/charges?expand=', '\n\n{"amount": ', ', "currency": ', '}'],
  values: [
    value('query.expand', 'customer&source', { selects: true }),
    value('body.amount', '25000', { type: 'number' }),
    value('body.currency', 'eur'),
  ],
  rules: [{ id: 'large-charges', digest: ruleDigest }],
});

export const commandForm = form({
  kind: 'command',
  target: 'command',
  role: null,
  relations: null,
  shape: ['deploy: ', ' ', '\nin ', ''],
  values: [
    value('argv[0]', '/usr/bin/kubectl', { selects: true }),
    value('argv[1]', "apply; echo 'x'", { selects: true }),
    value('cwd', '/work/app', { selects: true }),
  ],
  rules: [{ id: 'deploys', digest: ruleDigest }],
});

export function flagged(of: ActionForm, rest: Partial<Flagged> = {}): Flagged {
  const print = fingerprint(of);
  return {
    id: actionId(print),
    fingerprint: print,
    form: of,
    outcome: 'held',
    grant: null,
    deniedBy: null,
    target: 'staging-db',
    reason: 'Touches many rows of a shared database',
    unknown: [],
    checks: [],
    trace: [],
    unbindable: null,
    count: 1,
    steps: ['api'],
    origin: { file: 'test/api/users.test.ts', line: 42 },
    ruleAt: { file: '.github/jit-approval.yml', line: 12 },
    firstAt: '2026-11-02T09:00:03.000Z',
    ...rest,
  };
}

export function report(rest: Partial<Report> = {}): Report {
  return {
    version: 1,
    generator: 'jit-approval/0.1.0',
    run: {
      repository: 'acme/shop',
      event: 'pull_request',
      workflow: 'integration.yml',
      runId: 4711,
      attempt: 1,
      job: 'integration-0-1',
      checkRunId: null,
      head: 'c'.repeat(40),
      base: 'main',
      pullRequest: 7,
    },
    app: 1001,
    policy: [
      {
        from: 'base',
        branch: 'main',
        file: '.github/jit-approval.yml',
        commit: 'd'.repeat(40),
        blob: 'e'.repeat(40),
      },
    ],
    startedAt: '2026-11-02T09:00:00.000Z',
    durationMs: 14_200,
    result: 'held',
    exitCode: 75,
    steps: [
      {
        id: 'migrate',
        command: 'npm run db:migrate',
        needs: [],
        status: 'passed',
        reason: null,
        exitCode: 0,
        startedAt: '2026-11-02T09:00:00.100Z',
        durationMs: 2_100,
        allowed: 31,
        held: 0,
        denied: 0,
        passedInAttempt: null,
      },
      {
        id: 'api',
        command: 'npm run test:integration',
        needs: ['migrate'],
        status: 'held',
        reason: null,
        exitCode: 1,
        startedAt: '2026-11-02T09:00:02.300Z',
        durationMs: 11_700,
        allowed: 208,
        held: 3,
        denied: 1,
        passedInAttempt: null,
      },
      {
        id: 'smoke',
        command: 'npm run smoke',
        needs: ['migrate'],
        status: 'skipped',
        reason: null,
        exitCode: null,
        startedAt: null,
        durationMs: 0,
        allowed: 0,
        held: 0,
        denied: 0,
        passedInAttempt: 1,
      },
    ],
    targets: [
      {
        name: 'staging-db',
        kind: 'postgres',
        identity: 'db.internal:5432/shop',
        declared: true,
        disposable: false,
        calls: 237,
        errors: 2,
        latency: { p50: 1.234, p90: 4.5, p99: 20.7, max: 88 },
      },
      {
        name: 'ledger-api',
        kind: 'http',
        identity: 'ledger-api',
        declared: true,
        disposable: true,
        calls: 0,
        errors: 0,
        latency: null,
      },
    ],
    flagged: [
      flagged(form(), { count: 3 }),
      flagged(insertForm, {
        reason: 'New users must have a plan',
        checks: [
          { rule: 'users', type: 'schema', outcome: 'failed', expected: 'plan is required', met: 'no plan' },
        ],
      }),
      flagged(chargeForm, {
        target: 'stripe',
        reason: 'Charge above 100.00',
        outcome: 'granted',
        grant: 'f'.repeat(64),
      }),
      flagged(commandForm, {
        target: 'command',
        reason: 'Deploys go through the release job',
        outcome: 'denied',
      }),
    ],
    counted: [
      {
        target: 'staging-db',
        kind: 'sql',
        shape: 'SELECT * FROM users WHERE id = …',
        count: 200,
        writes: false,
      },
    ],
    repeated: [
      {
        target: 'staging-db',
        kind: 'sql',
        shape: 'INSERT INTO orders (id, total) VALUES (…, …)',
        count: 12,
        writes: true,
      },
    ],
    notices: ['Target "ledger-api" was never called through its gate.'],
    ...rest,
  };
}

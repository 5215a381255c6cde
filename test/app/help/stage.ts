import { createHash } from 'node:crypto';
import { strToU8, zipSync } from 'fflate';
import type { AppConfig } from '../../../src/app/config.ts';
import { gatePolicyOf } from '../../../src/app/read-policy.ts';
import { type RunningApp, type StartOptions, startApp } from '../../../src/app/start.ts';
import { actionId, fingerprint } from '../../../src/approval/fingerprint.ts';
import type { ActionForm } from '../../../src/approval/form.ts';
import { memoryLedger } from '../../../src/ledger/memory.ts';
import type { Ledger } from '../../../src/ledger/port.ts';
import type { Flagged, Report } from '../../../src/report/schema.ts';
import type { JobRequest } from '../../../src/sandbox/contract.ts';
import { startSandbox } from '../../../src/sandbox/index.ts';
import type { Comment, Pull } from '../../../src/sandbox/model.ts';
import type { CheckRun } from '../../../src/sandbox/run-model.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { fullName } from '../../../src/sandbox/world.ts';
import { scriptedRunner } from '../../sandbox/help/runner.ts';
import { permissions } from '../../sandbox/help/scene.ts';
import { configWith } from './config.ts';
import { flaggedOf, reportOf } from './report.ts';

export const repository = 'acme/shop';
export const policyPath = '.github/jit-approval.yml';
const workflowPath = '.github/workflows/integration.yml';
const workflow = `name: integration
on: pull_request
jobs:
  test:
    permissions: { id-token: write }
    runs-on: ubuntu-latest
`;

/** The App's own address, as jobs name it when they ask for tokens. */
export const audience = 'https://jit.example';

/** A policy that holds every DELETE, for people with role maintain. */
export const policyFor = (appId: number): string => `version: 1
app: ${appId}
workflows: [integration.yml]
default: allow
targets:
  staging-db: { postgres: { env: DATABASE_URL }, disposable: false }
approvals: { count: 1, from: { role: maintain } }
rules:
  - id: deletes
    on: { sql: { operation: delete } }
    hold: { reason: Deletes rows of a shared database }
`;

/** What a job's suite meets: the forms that it wants to run, given what it was granted. */
export type Suite = (job: JobRequest) => readonly Flagged[];

export interface Stage extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly appId: number;
  readonly ledger: Ledger;
  readonly app: RunningApp;
  readonly config: AppConfig;
  /** Pull request of wanda's branch. */
  open(options?: {
    readonly base?: string;
    readonly files?: Record<string, string>;
    readonly draft?: boolean;
  }): Promise<Pull>;
  /** Until neither GitHub nor the App has anything to do. */
  settle(): Promise<void>;
  gate(pull: Pull, base?: string): CheckRun | undefined;
  check(pull: Pull, name: string): CheckRun | undefined;
  /** Comments of the App on a pull request. */
  ours(pull: Pull): readonly Comment[];
  /** A DELETE of one user, as a gate would report it under the policy of the base. */
  del(id: string): ActionForm;
  /** A rule of the base's policy, as forms name it. */
  rule(id: string): ActionForm['rules'][number];
  restart(ledger?: Ledger): Promise<void>;
}

export interface StageOptions {
  readonly policy?: (appId: number) => string;
  /** The report that a job leaves; null for none. Default: what the suite meets. */
  readonly report?: (report: Report, job: JobRequest) => Report | Uint8Array | null;
  readonly suite?: (stage: Pick<Stage, 'del' | 'rule'>) => Suite;
  readonly files?: Readonly<Record<string, string>>;
  /** What the job does before it leaves its report. */
  readonly during?: (job: JobRequest) => Promise<void>;
  readonly ledger?: Ledger;
  /** The App's clock, milliseconds since the epoch. */
  readonly now?: () => number;
  readonly config?: Partial<AppConfig>;
  readonly logTo?: StartOptions['logTo'];
}

/** acme/shop with our App on it; alice and bob maintain, wanda writes, rita reads, mallory is a stranger. */
export async function stage(options: StageOptions = {}): Promise<Stage> {
  const appId = 4711;
  const policy = (options.policy ?? policyFor)(appId);
  const blob = gitBlob(policy);
  const rules = gatePolicyOf([
    { text: policy, source: { from: 'base', branch: 'main', file: policyPath, commit: null, blob } },
  ]).rules;
  const rule = (id: string) => ({ id, digest: rules.find((one) => one.id === id)?.digest ?? '0'.repeat(64) });
  const del = (id: string): ActionForm => ({
    kind: 'sql',
    target: 'db.example:5432/shop',
    role: 'app',
    relations: ['public.users'],
    shape: ['DELETE FROM users WHERE id = ', ''],
    values: [{ name: 'id', type: 'string', text: id, selects: true }],
    rules: [rule('deletes')],
  });
  const suite = options.suite?.({ del, rule }) ?? (() => [flaggedOf(del('7'))]);
  const runner = scriptedRunner(async (request, { artifacts }) => {
    await options.during?.(request);
    const report = reportOfJob(request, blob, suite(request));
    const made = options.report ? options.report(report, request) : report;
    if (made !== null) {
      const bytes = made instanceof Uint8Array ? made : zipOf(made);
      artifacts.upload(request.runId, `jit-${report.run.job}-${request.attempt}`, bytes, 1);
    }
    return report.result === 'passed' ? 'success' : 'failure';
  });
  const sandbox = await startSandbox({ runner });
  const { create } = sandbox;
  for (const login of ['alice', 'bob', 'wanda', 'rita', 'mallory', 'olga']) create.user(login);
  create.organization('acme', { olga: 'admin' });
  await create.repository(repository, {
    files: { 'README.md': '# Shop\n', [policyPath]: policy, [workflowPath]: workflow, ...options.files },
    collaborators: { alice: 'maintain', bob: 'maintain', wanda: 'write', rita: 'read' },
  });
  const made = create.app({
    id: appId,
    slug: 'jit-approval',
    owner: 'acme',
    permissions,
    events: [
      'merge_group',
      'pull_request',
      'pull_request_review',
      'issue_comment',
      'workflow_run',
      'check_run',
      'repository',
    ],
  });
  create.installation(made.id, 'acme');
  const config = configWith({
    appId,
    privateKey: made.privateKey,
    apiUrl: sandbox.apiUrl,
    live: { url: audience, issuer: `${sandbox.url}/_services/token` },
    ...options.config,
  });
  let ledger = options.ledger ?? memoryLedger();
  const over = {
    ...(options.now && { now: options.now }),
    ...(options.logTo && { logTo: options.logTo }),
  };
  let app = await startApp(config, { ledger, ...over });
  const connect = () => create.webhook(appId, { url: app.webhookUrl, secret: config.webhookSecret });
  connect();

  async function settle(): Promise<void> {
    for (let rounds = 0; rounds < 100; rounds++) {
      await sandbox.idle();
      await app.idle();
      if (!sandbox.busy && (await ledger.dirty()).length === 0) return;
    }
    throw new Error('the App does not come to rest: a reconciliation fails, or never has nothing to do');
  }
  const check = (pull: Pull, name: string) =>
    sandbox.read
      .checks(fullName(pull.repository), pull.head.sha)
      .find((run) => run.name === name && run.suite.app.id === appId);

  return {
    sandbox,
    appId,
    get ledger() {
      return ledger;
    },
    get app() {
      return app;
    },
    config,
    async open({ base = 'main', files = { 'src/a.ts': 'a' }, draft = false } = {}) {
      await sandbox.act.push(repository, 'wanda', { branch: 'feature', from: base, files });
      const pull = await sandbox.act.openPull(repository, 'wanda', {
        head: 'feature',
        base,
        title: 'Change',
        draft,
      });
      await settle();
      return pull;
    },
    settle,
    check,
    gate: (pull, base = 'main') => check(pull, `JIT approval: ${base}`),
    ours: (pull) =>
      sandbox.read.comments(pull).filter((comment) => comment.author.login === 'jit-approval[bot]'),
    del,
    rule,
    async restart(other) {
      await app.close();
      ledger = other ?? ledger;
      app = await startApp(config, { ledger, ...over });
      connect();
    },
    async [Symbol.asyncDispose]() {
      await app.close();
      await sandbox.close();
    },
  };
}

function reportOfJob(job: JobRequest, blob: string, flagged: readonly Flagged[]): Report {
  const pull = job.event.pull_request as
    | { number: number; head: { sha: string }; base: { ref: string } }
    | undefined;
  const held = flagged.some(({ outcome }) => outcome === 'held');
  return reportOf(
    {
      repository: job.repository,
      runId: job.runId,
      attempt: job.attempt,
      job: `${job.job.key}-${job.job.index}-1`,
      head: pull?.head.sha ?? job.sha,
      base: pull?.base.ref ?? null,
      pullRequest: pull?.number ?? null,
    },
    {
      policy: [{ from: 'base', branch: pull?.base.ref ?? 'main', file: policyPath, commit: null, blob }],
      flagged: [...flagged],
      result: held ? 'held' : 'passed',
      exitCode: held ? 75 : 0,
    },
  );
}

/** The artifact of a report, as upload-artifact makes it. */
export function zipOf(report: Report): Uint8Array {
  return zipSync({ 'report.json': strToU8(JSON.stringify(report)) });
}

export function gitBlob(text: string): string {
  const bytes = Buffer.from(text);
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

export const idOf = (form: ActionForm): string => actionId(fingerprint(form));

/** The action ran by the grant for exactly this form. */
export const granted = (form: ActionForm): Flagged =>
  flaggedOf(form, { outcome: 'granted', grant: fingerprint(form) });

/** A suite whose DELETE is held in attempt 1; every later attempt finds the grant. */
export const heldOnce: NonNullable<StageOptions['suite']> =
  ({ del }) =>
  ({ attempt }) => [attempt === 1 ? flaggedOf(del('7')) : granted(del('7'))];

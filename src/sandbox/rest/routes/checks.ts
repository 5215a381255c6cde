import { actionsAppId } from '../../domain/apps.ts';
import { suiteFor } from '../../domain/check-suites.ts';
import { addCheckRun, type CheckChange, changeCheckRun, rerequest } from '../../domain/checks.ts';
import { latestChecks } from '../../domain/mergeable.ts';
import { forbidden, notFound, Refusal } from '../../domain/refusal.ts';
import { resolveCommit } from '../../git/commit.ts';
import type { App } from '../../model.ts';
import {
  type Annotation,
  type CheckConclusion,
  type CheckRun,
  type CheckSuite,
  checkConclusions,
} from '../../run-model.ts';
import { annotationShape, checkRunShape, checkSuiteShape } from '../../shapes/check.ts';
import type { Call } from '../call.ts';
import { counted, created, type Handler, ok, paged, type Reply } from '../reply.ts';
import { commitOf } from './repositories.ts';

type Fields = Readonly<Record<string, unknown>>;

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function text(from: Fields, name: string): string | undefined {
  const value = from[name];
  return typeof value === 'string' ? value : undefined;
}

function number(from: Fields, name: string): number | null {
  const value = from[name];
  return typeof value === 'number' ? value : null;
}

function annotationOf(value: unknown): Annotation {
  const from = fields(value);
  const level = text(from, 'annotation_level');
  return {
    path: text(from, 'path') ?? '',
    startLine: number(from, 'start_line') ?? 1,
    endLine: number(from, 'end_line') ?? 1,
    startColumn: number(from, 'start_column'),
    endColumn: number(from, 'end_column'),
    level: level === 'notice' || level === 'warning' ? level : 'failure',
    message: text(from, 'message') ?? '',
    title: text(from, 'title') ?? null,
    rawDetails: text(from, 'raw_details') ?? null,
  };
}

/** Sizes that GitHub states in words only: 64 KB of message and details, 255 characters of title. */
function limits(annotation: Annotation): void {
  const kilobytes = 64 * 1024;
  const long = [annotation.message, annotation.rawDetails ?? ''].some(
    (each) => Buffer.byteLength(each) > kilobytes,
  );
  if (long) throw new Refusal(422, 'Invalid request.\n\nAn annotation exceeds a maximum length of 64 KB.');
  if ((annotation.title?.length ?? 0) > 255) {
    throw new Refusal(422, "Invalid request.\n\nOnly 255 characters are allowed for an annotation's title.");
  }
  const lines = annotation.startLine >= 1 && annotation.endLine >= annotation.startLine;
  const columns = annotation.startColumn === null || annotation.startLine === annotation.endLine;
  if (!lines || !columns)
    throw new Refusal(422, 'Invalid request.\n\nAn annotation has invalid lines or columns.');
}

/** A request's body as a change; the description has checked its types and lengths already. */
function changeOf(call: Call): CheckChange {
  const output = fields(call.body.output);
  const annotations = Array.isArray(output.annotations) ? output.annotations.map(annotationOf) : [];
  annotations.forEach(limits);
  const status = call.text('status');
  const conclusion: CheckConclusion | undefined = checkConclusions.find(
    (each) => each === call.text('conclusion'),
  );
  if (conclusion === 'stale')
    throw new Refusal(422, 'Invalid request.\n\nOnly GitHub can set the conclusion stale.');
  const optional: Record<string, unknown> = {
    name: call.text('name'),
    externalId: call.text('external_id'),
    detailsUrl: call.text('details_url'),
    startedAt: date(call.text('started_at')),
    completedAt: date(call.text('completed_at')),
    status: status === 'queued' || status === 'in_progress' || status === 'completed' ? status : undefined,
    conclusion,
    title: text(output, 'title'),
    summary: text(output, 'summary'),
    text: text(output, 'text'),
    actions: Array.isArray(call.body.actions) ? call.body.actions.map(actionOf) : undefined,
  };
  const given = Object.entries(optional).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(given), annotations };
}

function actionOf(value: unknown) {
  const from = fields(value);
  return {
    label: text(from, 'label') ?? '',
    description: text(from, 'description') ?? '',
    identifier: text(from, 'identifier') ?? '',
  };
}

function date(value: string | undefined): Date | undefined {
  return value === undefined ? undefined : new Date(value);
}

/** Only apps write checks; people and personal tokens may not. */
function writer(call: Call): App {
  call.need(call.repository, 'checks', 'write', 'read');
  if (call.viewer.kind !== 'token' || call.viewer.token.kind === 'user') {
    throw forbidden('You must authenticate via a GitHub App.');
  }
  return call.viewer.token.app;
}

function runOf(call: Call, level: 'read' | 'write'): CheckRun {
  const { repository } = call;
  call.need(repository, 'checks', level, 'read');
  const run = call.world.checkRuns.get(call.id('check_run_id'));
  if (!run || run.suite.repository !== repository) throw notFound();
  return run;
}

function suiteOf(call: Call): CheckSuite {
  const { repository } = call;
  call.need(repository, 'checks', 'read', 'read');
  const suite = call.world.checkSuites.get(call.id('check_suite_id'));
  if (!suite || suite.repository !== repository) throw notFound();
  return suite;
}

async function create(call: Call): Promise<Reply> {
  const app = writer(call);
  const { repository } = call;
  const sha = call.text('head_sha') ?? '';
  const commit = /^[0-9a-f]{40}$/.test(sha) ? await resolveCommit(repository.folder, sha) : null;
  if (!commit) throw new Refusal(422, `No commit found for SHA: ${sha}`);
  const branch = [...repository.pulls.values()].find(
    (pull) => pull.head.sha === sha && pull.head.repository === repository,
  );
  const suite = suiteFor(call.world, repository, app, sha, branch?.head.ref ?? null);
  const run = addCheckRun(call.world, suite, app.bot, call.text('name') ?? '', changeOf(call));
  return created(checkRunShape(call.world, run));
}

function update(call: Call): Reply {
  const app = writer(call);
  const run = runOf(call, 'write');
  // Since March 2025 a workflow's token cannot change the check runs that jobs made.
  if (run.jobId !== null && app.id === actionsAppId) {
    throw forbidden('Check runs of workflow jobs cannot be changed with a workflow token.');
  }
  changeCheckRun(call.world, run, app, app.bot, changeOf(call));
  return ok(checkRunShape(call.world, run));
}

function filtered(call: Call, runs: readonly CheckRun[]): CheckRun[] {
  const app = call.asked('app_id');
  const name = call.asked('check_name');
  const status = call.asked('status');
  return runs
    .filter((run) => app === null || run.suite.app.id === Number(app))
    .filter((run) => name === null || run.name === name)
    .filter((run) => status === null || run.status === status)
    .sort((a, b) => b.id - a.id);
}

async function listForRef(call: Call): Promise<Reply> {
  const { repository } = call;
  call.need(repository, 'checks', 'read', 'read');
  const sha = await commitOf(repository, call.word('ref'));
  const all =
    call.asked('filter') === 'all'
      ? [...call.world.checkRuns.values()].filter(
          (run) => run.suite.repository === repository && run.suite.headSha === sha,
        )
      : latestChecks(call.world, repository, sha);
  return paged(call, filtered(call, all), (run) => checkRunShape(call.world, run), counted('check_runs'));
}

export const checkHandlers: Readonly<Record<string, Handler>> = {
  'checks/create': create,
  'checks/update': update,
  'checks/get': (call) => ok(checkRunShape(call.world, runOf(call, 'read'))),
  'checks/list-annotations': (call) => {
    const run = runOf(call, 'read');
    return paged(call, run.annotations, (each) => annotationShape(call.world, run, each));
  },
  'checks/rerequest-run': (call) => {
    const run = runOf(call, 'write');
    if (call.app && run.suite.app !== call.app) throw forbidden('This check run is not rerequestable');
    rerequest(call.world, run, call.actor);
    return created({});
  },
  'checks/list-for-ref': listForRef,
  'checks/list-for-suite': (call) => {
    const suite = suiteOf(call);
    const all = [...call.world.checkRuns.values()].filter((run) => run.suite === suite);
    const newest = latestChecks(call.world, suite.repository, suite.headSha).filter(
      (run) => run.suite === suite,
    );
    const runs = filtered(call, call.asked('filter') === 'all' ? all : newest);
    return paged(call, runs, (run) => checkRunShape(call.world, run), counted('check_runs'));
  },
  'checks/get-suite': async (call) => ok(await checkSuiteShape(call.world, suiteOf(call))),
  'checks/list-suites-for-ref': async (call) => {
    const { repository } = call;
    call.need(repository, 'checks', 'read', 'read');
    const sha = await commitOf(repository, call.word('ref'));
    const app = call.asked('app_id');
    const suites = [...call.world.checkSuites.values()]
      .filter((each) => each.repository === repository && each.headSha === sha)
      .filter((each) => app === null || each.app.id === Number(app));
    return paged(call, suites, (each) => checkSuiteShape(call.world, each), counted('check_suites'));
  },
};

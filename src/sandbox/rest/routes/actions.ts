import { cancel, latest, rerunAll, rerunFailed, rerunJob } from '../../actions/rerun.ts';
import { notFound } from '../../domain/refusal.ts';
import type { Attempt, Job, Run, Workflow } from '../../run-model.ts';
import { repositoryApi, repositoryPage } from '../../shapes/repository.ts';
import { jobShape, runShape, workflowOf } from '../../shapes/run.ts';
import type { Call } from '../call.ts';
import { counted, created, type Handler, ok, paged, type Reply } from '../reply.ts';

function need(call: Call, level: 'read' | 'write'): void {
  call.need(call.repository, 'actions', level, level === 'write' ? 'write' : 'read');
}

export function runOf(call: Call, level: 'read' | 'write' = 'read'): Run {
  need(call, level);
  const run = call.world.runs.get(call.id('run_id'));
  if (!run || run.repository !== call.repository) throw notFound();
  return run;
}

function attemptOf(call: Call, run: Run): Attempt {
  const attempt = run.attempts[call.id('attempt_number') - 1];
  if (!attempt) throw notFound();
  return attempt;
}

function jobOf(call: Call, level: 'read' | 'write' = 'read'): Job {
  need(call, level);
  const job = call.world.jobs.get(call.id('job_id'));
  if (!job || job.run.repository !== call.repository) throw notFound();
  return job;
}

/** By its id or by its file's name. */
function workflowOfCall(call: Call): Workflow {
  need(call, 'read');
  const wanted = call.word('workflow_id');
  for (const each of call.repository.workflows.values()) {
    if (String(each.id) === wanted || each.path.endsWith(`/${wanted}`)) return each;
  }
  throw notFound();
}

function listRuns(call: Call, workflow: Workflow | null): Promise<Reply> {
  const is = (name: string, value: string | null) => {
    const asked = call.asked(name);
    return asked === null || asked === value;
  };
  const status = call.asked('status');
  const runs = [...call.world.runs.values()]
    .filter((run) => run.repository === call.repository && (workflow === null || run.workflow === workflow))
    .filter((run) => is('head_sha', run.headSha) && is('event', run.eventName))
    .filter((run) => is('branch', run.headBranch) && is('actor', run.actor.login))
    .filter((run) => is('check_suite_id', String(run.suite.id)))
    .filter((run) => status === null || latest(run).status === status || latest(run).conclusion === status)
    .reverse();
  return paged(call, runs, (run) => runShape(call.world, run, latest(run)), counted('workflow_runs'));
}

function listJobs(call: Call, jobs: readonly Job[]): Promise<Reply> {
  return paged(call, jobs, (job) => jobShape(call.world, job), counted('jobs'));
}

function debug(call: Call): boolean {
  return call.body.enable_debug_logging === true;
}

function showWorkflow(call: Call, workflow: Workflow) {
  const { repository, world } = call;
  const page = repositoryPage(world, repository);
  return workflowOf(workflow, repositoryApi(world, repository), page, repository.defaultBranch);
}

export const actionsHandlers: Readonly<Record<string, Handler>> = {
  'actions/list-repo-workflows': (call) => {
    need(call, 'read');
    const all = [...call.repository.workflows.values()];
    return paged(call, all, (each) => showWorkflow(call, each), counted('workflows'));
  },
  'actions/get-workflow': (call) => ok(showWorkflow(call, workflowOfCall(call))),
  'actions/list-workflow-runs': (call) => listRuns(call, workflowOfCall(call)),
  'actions/list-workflow-runs-for-repo': (call) => {
    need(call, 'read');
    return listRuns(call, null);
  },
  'actions/get-workflow-run': async (call) => {
    const run = runOf(call);
    return ok(await runShape(call.world, run, latest(run)));
  },
  'actions/get-workflow-run-attempt': async (call) => {
    const run = runOf(call);
    return ok(await runShape(call.world, run, attemptOf(call, run)));
  },
  'actions/list-jobs-for-workflow-run': (call) => {
    const run = runOf(call);
    const all = call.asked('filter') === 'all';
    return listJobs(call, all ? run.attempts.flatMap((each) => each.jobs) : latest(run).jobs);
  },
  'actions/list-jobs-for-workflow-run-attempt': (call) => listJobs(call, attemptOf(call, runOf(call)).jobs),
  'actions/get-job-for-workflow-run': (call) => ok(jobShape(call.world, jobOf(call))),
  'actions/download-job-logs-for-workflow-run': (call) => {
    const job = jobOf(call);
    if (job.status !== 'completed') throw notFound();
    return {
      status: 302,
      headers: { location: `${call.world.url}/_blobs/logs/${call.world.blobs.grant('log', job.id)}` },
    };
  },
  'actions/re-run-workflow': (call) => {
    rerunAll(call.world, runOf(call, 'write'), call.actor, debug(call));
    return created({});
  },
  'actions/re-run-workflow-failed-jobs': (call) => {
    rerunFailed(call.world, runOf(call, 'write'), call.actor, debug(call));
    return created({});
  },
  'actions/re-run-job-for-workflow-run': (call) => {
    rerunJob(call.world, jobOf(call, 'write'), call.actor, debug(call));
    return created({});
  },
  'actions/cancel-workflow-run': (call) => {
    cancel(runOf(call, 'write'));
    return { status: 202, json: {} };
  },
};

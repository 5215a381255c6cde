import { messageOf } from '../../errors.ts';
import type { Conclusion, PlannedJob, PlannedWorkflow } from '../contract.ts';
import { actionsApp } from '../domain/apps.ts';
import { publishSuite } from '../domain/check-suites.ts';
import { addCheckRun } from '../domain/checks.ts';
import type { Account } from '../model.ts';
import type { Attempt, CheckRun, Job, Run } from '../run-model.ts';
import { repositoryPage } from '../shapes/repository.ts';
import type { World } from '../world.ts';
import { announceJob, announceRun } from './announce.ts';
import { endJob, runJob } from './job.ts';

export interface AttemptRequest {
  /** Jobs of the first attempt; a re-run repeats those of the attempt before. */
  readonly plan: PlannedWorkflow | null;
  /** Jobs to run in a re-run (ids of the attempt before); the others are carried over. Null: all. */
  readonly execute: ReadonlySet<number> | null;
  readonly debug: boolean;
}

/** Begins an attempt in the background; `world.pending` knows when it is over. */
export function startAttempt(world: World, run: Run, by: Account, request: AttemptRequest): Attempt {
  const previous = run.attempts.at(-1);
  const attempt: Attempt = {
    number: run.attempts.length + 1,
    triggeredBy: by,
    startedAt: world.now(),
    debug: request.debug,
    status: 'queued',
    conclusion: null,
    jobs: [],
    abort: new AbortController(),
  };
  run.attempts.push(attempt);
  run.updatedAt = world.now();
  if (request.plan) {
    for (const plan of request.plan.jobs) attempt.jobs.push(addJob(world, run, attempt, plan));
  } else {
    for (const job of previous?.jobs ?? []) {
      const again = request.execute?.has(job.id) ?? true;
      attempt.jobs.push(again ? addJob(world, run, attempt, job.plan) : carryOver(world, attempt, job));
    }
  }
  void world.pending.track(
    execute(world, run, attempt).catch((thrown: unknown) => {
      // A defect of the sandbox itself: said where tests and people look, never a run that hangs.
      world.violations.push({ where: `workflow run ${run.id}`, problem: messageOf(thrown) });
      attempt.status = 'completed';
      attempt.conclusion = 'failure';
    }),
  );
  return attempt;
}

function addJob(world: World, run: Run, attempt: Attempt, plan: PlannedJob): Job {
  const id = world.nextId();
  const page = `${repositoryPage(world, run.repository)}/actions/runs/${run.id}/job/${id}`;
  const checkRun = addCheckRun(world, run.suite, actionsApp(world).bot, plan.name, { detailsUrl: page }, id);
  return remember(world, {
    id,
    run,
    attempt: attempt.number,
    plan,
    checkRun,
    createdAt: world.now(),
    carried: false,
    status: 'queued',
    conclusion: null,
    startedAt: world.now(),
    completedAt: null,
    outputs: {},
    tolerated: false,
    log: [],
    steps: new Map(),
    annotations: [],
    summaries: [],
  });
}

/** A job that a re-run leaves alone stands in the new attempt under a new id, with what it did before. */
function carryOver(world: World, attempt: Attempt, job: Job): Job {
  const id = world.nextId();
  const checkRun: CheckRun = { ...job.checkRun, id, jobId: id };
  world.checkRuns.set(id, checkRun);
  return remember(world, { ...job, id, attempt: attempt.number, checkRun, carried: true });
}

function remember(world: World, job: Job): Job {
  world.jobs.set(job.id, job);
  return job;
}

async function execute(world: World, run: Run, attempt: Attempt): Promise<void> {
  await announceRun(world, run, attempt, 'requested');
  for (const job of attempt.jobs) if (!job.carried) announceJob(world, job, 'queued');
  if (run.problem === null) {
    attempt.status = 'in_progress';
    await announceRun(world, run, attempt, 'in_progress');
  }
  const leave = await world.concurrency.enter(run.repository.id, run.concurrency, attempt.abort);
  try {
    if (leave !== null) await allJobs(world, run, attempt);
    else for (const job of attempt.jobs) if (!job.carried) endJob(world, job, neverBegun);
  } finally {
    leave?.();
  }
  attempt.status = 'completed';
  attempt.conclusion = run.problem === null ? conclude(attempt) : 'startup_failure';
  run.updatedAt = world.now();
  await publishSuite(world, run.suite, 'completed', actionsApp(world).bot);
  await announceRun(world, run, attempt, 'completed');
}

/** Starts every job as soon as all jobs of the keys that it needs are over. */
async function allJobs(world: World, run: Run, attempt: Attempt): Promise<void> {
  const over = new Map<string, Promise<void>>();
  const ofKey = (key: string): Promise<void> => {
    const known = over.get(key);
    if (known) return known;
    const jobs = attempt.jobs.filter((job) => job.plan.key === key);
    const work = Promise.resolve().then(async () => {
      await Promise.all((jobs[0]?.plan.needs ?? []).map(ofKey));
      await matrix(world, run, attempt, jobs);
    });
    over.set(key, work);
    return work;
  };
  await Promise.all(attempt.jobs.map((job) => ofKey(job.plan.key)));
}

const neverBegun = { conclusion: 'cancelled', outputs: {} } as const;

/** The jobs of one key: with `fail-fast` the first that fails cancels the others. */
async function matrix(world: World, run: Run, attempt: Attempt, jobs: readonly Job[]): Promise<void> {
  const running = new Map<Job, AbortController>();
  const abortAll = (): void => {
    for (const controller of running.values()) controller.abort();
  };
  const one = async (job: Job): Promise<void> => {
    const controller = new AbortController();
    if (attempt.abort.signal.aborted) controller.abort();
    running.set(job, controller);
    const leave = await world.concurrency.enter(run.repository.id, job.plan.concurrency, controller);
    try {
      if (leave === null) endJob(world, job, neverBegun);
      else await runJob(world, run, attempt, job, controller.signal);
    } finally {
      running.delete(job);
      leave?.();
    }
    if (job.plan.failFast && job.conclusion === 'failure' && !job.tolerated) abortAll();
  };
  attempt.abort.signal.addEventListener('abort', abortAll, { once: true });
  await Promise.all(jobs.filter((job) => !job.carried).map(one));
  attempt.abort.signal.removeEventListener('abort', abortAll);
}

function conclude(attempt: Attempt): Conclusion {
  const all = attempt.jobs.map((job) => (job.tolerated ? 'success' : job.conclusion));
  if (attempt.abort.signal.aborted) return 'cancelled';
  if (all.includes('failure')) return 'failure';
  if (all.includes('cancelled')) return 'cancelled';
  return all.every((each) => each === 'skipped') && all.length > 0 ? 'skipped' : 'success';
}

import { createHash, randomBytes } from 'node:crypto';
import { JitError, messageOf } from '../../errors.ts';
import type { ArtifactStore, JobObserver, JobRequest, JobResult } from '../contract.ts';
import { actionsApp } from '../domain/apps.ts';
import { changeCheckRun } from '../domain/checks.ts';
import { checkoutInto } from '../git/checkout.ts';
import type { Attempt, Job, Run } from '../run-model.ts';
import { fullName, type World } from '../world.ts';
import { announceJob } from './announce.ts';
import { idTokenOf, secretsOf, tokenPermissions } from './trust.ts';

/** Runs one job to its end and writes down what it tells. */
export async function runJob(
  world: World,
  run: Run,
  attempt: Attempt,
  job: Job,
  signal: AbortSignal,
): Promise<void> {
  const { runner } = world;
  if (!runner) return;
  const token = jobToken(world, run, job);
  const idToken = idTokenOf(world, run, attempt, job);
  begin(world, job);
  let result: JobResult;
  try {
    result = await runner.run(
      { ...requestOf(world, run, attempt, job, token), idToken },
      observe(world, job),
      artifactStore(world, run, job),
      (sha, folder) => checkoutInto(run.repository.folder, sha, folder),
      signal,
    );
  } catch (thrown) {
    job.log.push(`##[error]${messageOf(thrown)}`);
    result = { conclusion: signal.aborted ? 'cancelled' : 'failure', outputs: {} };
  } finally {
    world.tokens.delete(token);
    if (idToken !== null) world.issuer.holders.delete(idToken.token);
  }
  endJob(world, job, result);
}

/** Also of a job that was cancelled before it began. */
export function endJob(world: World, job: Job, result: JobResult): void {
  job.status = 'completed';
  job.conclusion = result.conclusion;
  job.completedAt = world.now();
  job.outputs = result.outputs;
  job.tolerated = result.tolerated ?? false;
  changeCheckRun(world, job.checkRun, actionsApp(world), actionsApp(world).bot, {
    conclusion: result.conclusion,
  });
  announceJob(world, job, 'completed');
}

function begin(world: World, job: Job): void {
  const app = actionsApp(world);
  job.status = 'in_progress';
  job.startedAt = world.now();
  changeCheckRun(world, job.checkRun, app, app.bot, {
    status: 'in_progress',
    startedAt: job.startedAt,
  });
  announceJob(world, job, 'in_progress');
}

function jobToken(world: World, run: Run, job: Job): string {
  const app = actionsApp(world);
  const token = `ghs_${app.id}_${randomBytes(48).toString('base64url')}`;
  world.tokens.set(token, {
    kind: 'job',
    app,
    repository: run.repository,
    permissions: { ...tokenPermissions(world, run, job), metadata: 'read' },
    runId: run.id,
  });
  return token;
}

function requestOf(
  world: World,
  run: Run,
  attempt: Attempt,
  job: Job,
  token: string,
): Omit<JobRequest, 'idToken'> {
  return {
    job: job.plan,
    jobId: job.id,
    runId: run.id,
    runNumber: run.number,
    attempt: attempt.number,
    repository: fullName(run.repository),
    repositoryId: run.repository.id,
    workflowPath: run.workflow.path,
    workflowText: run.workflowText,
    sha: run.sha,
    ref: run.ref,
    headRef: run.headRef,
    baseRef: run.baseRef,
    eventName: run.eventName,
    event: run.event,
    actor: run.actor.login,
    triggeringActor: attempt.triggeredBy.login,
    token,
    secrets: secretsOf(run),
    serverUrl: world.url,
    apiUrl: world.apiUrl,
    needs: needsOf(attempt, job),
    debug: attempt.debug,
  };
}

const worstFirst = ['failure', 'cancelled', 'skipped', 'success'] as const;

/** Of several jobs of one key (a matrix) the worst result counts; later outputs win, as on GitHub. */
function needsOf(attempt: Attempt, job: Job): JobRequest['needs'] {
  const needs: Record<string, { result: string; outputs: Record<string, string> }> = {};
  for (const key of job.plan.needs) {
    const jobs = attempt.jobs.filter((each) => each.plan.key === key);
    const result = worstFirst.find((each) =>
      jobs.some((one) => (one.tolerated ? 'success' : one.conclusion) === each),
    );
    needs[key] = {
      result: result ?? 'skipped',
      outputs: Object.assign({}, ...jobs.map((each) => each.outputs)),
    };
  }
  return needs;
}

function observe(world: World, job: Job): JobObserver {
  return {
    log(line) {
      job.log.push(`${world.now().toISOString()} ${line}`);
    },
    step(step) {
      const known = job.steps.get(step.number);
      const over = step.status === 'completed';
      job.steps.set(step.number, {
        ...step,
        startedAt: known?.startedAt ?? world.now(),
        completedAt: over ? world.now() : null,
      });
      world.changed();
    },
    annotation(annotation) {
      job.annotations.push(annotation);
      job.checkRun.annotations.push({
        path: annotation.path,
        startLine: annotation.startLine,
        endLine: annotation.endLine,
        startColumn: null,
        endColumn: null,
        level: annotation.level,
        message: annotation.message,
        title: annotation.title,
        rawDetails: null,
      });
    },
    summary(markdown) {
      job.summaries.push(markdown);
      world.changed();
    },
  };
}

function artifactStore(world: World, run: Run, job: Job): ArtifactStore {
  const named = (name: string) =>
    [...world.artifacts.values()].filter((each) => each.run === run && each.name === name);
  return {
    upload(runId, name, zip, retentionDays) {
      if (runId !== run.id) throw new JitError('sandbox-artifact', `job ${job.id} belongs to run ${run.id}`);
      // Names are unique in an attempt of the run, whichever of its jobs uploads; a re-run may use them again.
      if (named(name).some((each) => each.attempt === job.attempt)) {
        throw new JitError(
          'sandbox-artifact',
          `an artifact with the name ${name} exists already in this attempt; choose another name`,
        );
      }
      const now = world.now();
      const id = world.nextId();
      world.artifacts.set(id, {
        id,
        run,
        attempt: job.attempt,
        name,
        zip,
        digest: `sha256:${createHash('sha256').update(zip).digest('hex')}`,
        createdAt: now,
        expiresAt: new Date(now.getTime() + retentionDays * 24 * 60 * 60 * 1000),
      });
      return id;
    },
    remove(_runId, name) {
      const newest = named(name).at(-1);
      if (newest) world.artifacts.delete(newest.id);
    },
    list: (runId) => [...world.artifacts.values()].filter((each) => each.run.id === runId),
    download(id) {
      const artifact = world.artifacts.get(id);
      if (artifact && artifact.run === run) return artifact.zip;
      throw new JitError('sandbox-artifact', `run ${run.id} has no artifact ${id}`);
    },
  };
}

import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ArtifactStore, JobObserver, JobRequest } from '../contract.ts';
import { githubContext, runnerContext, sharedContexts } from './contexts.ts';
import type { ExpressionScope } from './expression.ts';
import { makeFolders } from './folders.ts';
import type { Job } from './job.ts';
import { createMasker } from './masker.ts';
import type { RunnerOptions } from './options.ts';
import { createProcessLedger } from './orphans.ts';
import { jobOf, parseWorkflow } from './workflow.ts';

/** A job with its folders made and nothing run yet. */
export function makeJob(
  options: RunnerOptions,
  request: JobRequest,
  observer: JobObserver,
  artifacts: ArtifactStore,
  checkout: Job['checkout'],
  signal: AbortSignal,
): Job {
  const workflow = parseWorkflow(request.workflowText, request.workflowPath);
  const definition = jobOf(workflow, request.job.key);
  const folders = makeFolders(request.repository, options.temporary);
  const eventPath = join(folders.temp, '_github_workflow', 'event.json');
  mkdirSync(dirname(eventPath), { recursive: true });
  writeFileSync(eventPath, JSON.stringify(request.event, null, 2));
  const secrets = { ...request.secrets, GITHUB_TOKEN: request.token, github_token: request.token };
  return {
    request,
    options,
    workflow,
    definition,
    observer,
    artifacts,
    checkout,
    folders,
    masker: createMasker([
      ...Object.values(secrets),
      ...(request.idToken === null ? [] : [request.idToken.token]),
    ]),
    processes: createProcessLedger(`github_${randomUUID()}`),
    signal,
    contexts: {
      ...sharedContexts(request, options),
      github: githubContext(request, workflow, folders, eventPath),
      runner: runnerContext(request, folders),
      secrets,
      job: { status: 'success', check_run_id: request.jobId, services: servicesOf(options) },
    },
    environment: new Map(),
    path: [],
    posts: [],
    status: 'success',
  };
}

function servicesOf(options: RunnerOptions): Readonly<Record<string, unknown>> {
  const entries = Object.entries(options.services ?? {}).map(([key, service]) => {
    const ports = Object.entries(service.ports).map(([inside, outside]) => [inside, String(outside)]);
    return [key, { id: key, network: '', ports: Object.fromEntries(ports) }];
  });
  return Object.fromEntries(entries);
}

function needsStatus(request: JobRequest): ExpressionScope['status'] {
  const results = Object.values(request.needs).map((need) => need.result);
  const failure = results.includes('failure');
  const cancelled = results.includes('cancelled');
  return { success: results.every((result) => result === 'success'), failure, cancelled };
}

/** Scope of a job's own keys, before any step. */
export function jobScope(job: Job): ExpressionScope {
  return { contexts: job.contexts, status: needsStatus(job.request), workspace: null };
}

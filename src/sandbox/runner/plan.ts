import { JitError, messageOf } from '../../errors.ts';
import type { Concurrency, PlannedJob, PlannedWorkflow } from '../contract.ts';
import { starts } from './events.ts';
import { type ExpressionScope, interpolate, resolve, resolveBoolean } from './expression.ts';
import { expandMatrix, matrixLabel } from './matrix.ts';
import type { RunnerOptions } from './options.ts';
import { type ConcurrencyDefinition, type JobDefinition, parseWorkflow } from './workflow.ts';

type Contexts = Readonly<Record<string, unknown>>;

const succeeding = { success: true, failure: false, cancelled: false } as const;

function scopeOf(contexts: Contexts): ExpressionScope {
  return { contexts, status: succeeding, workspace: null };
}

function nameOf(key: string, job: JobDefinition, matrix: Contexts, contexts: Contexts): string {
  const given = job.name === undefined || job.name === null ? key : String(job.name);
  if (given.includes('${{')) return interpolate(given, scopeOf({ ...contexts, matrix, strategy: {} }));
  return Object.keys(matrix).length === 0 ? given : `${given} (${matrixLabel(matrix)})`;
}

function matrixOf(key: string, job: JobDefinition, contexts: Contexts): readonly Record<string, unknown>[] {
  if (job.strategy?.matrix === undefined) return [{}];
  let matrix: unknown;
  try {
    matrix = resolve(job.strategy.matrix, scopeOf(contexts));
  } catch (error) {
    throw new JitError(
      'workflow-unsupported',
      `The matrix of job "${key}" cannot be planned before the workflow runs: ${messageOf(error)}. ` +
        'This runner plans all jobs at once, so a matrix may read github, inputs and vars, but not needs.',
      { cause: error },
    );
  }
  return expandMatrix(matrix);
}

function planJob(key: string, job: JobDefinition, contexts: Contexts): readonly PlannedJob[] {
  const combinations = matrixOf(key, job, contexts);
  const needs = job.needs === undefined ? [] : [job.needs].flat();
  const failFast = job.strategy?.['fail-fast'] ?? true;
  return combinations.map((matrix, index) => ({
    key,
    name: nameOf(key, job, matrix, contexts),
    needs,
    matrix,
    index,
    total: combinations.length,
    failFast: resolveBoolean(failFast, scopeOf(contexts)),
    concurrency: concurrencyOf(job.concurrency, { ...contexts, matrix }),
  }));
}

function concurrencyOf(
  definition: ConcurrencyDefinition | undefined,
  contexts: Contexts,
): Concurrency | null {
  if (definition === undefined) return null;
  const scope = scopeOf(contexts);
  if (typeof definition === 'string')
    return { group: interpolate(definition, scope), cancelInProgress: false };
  if (definition.queue !== undefined && definition.queue !== 'single') {
    throw new JitError(
      'workflow-unsupported',
      `concurrency.queue is "${definition.queue}"; in this sandbox one run of a group waits at most.`,
    );
  }
  return {
    group: interpolate(definition.group, scope),
    cancelInProgress: resolveBoolean(definition['cancel-in-progress'], scope),
  };
}

/** The jobs that an event starts, in the workflow's order; null when `on:` does not let it start any. */
export function plan(
  options: RunnerOptions,
  workflowText: string,
  eventName: string,
  event: Readonly<Record<string, unknown>>,
  github: Contexts = {},
): PlannedWorkflow | null {
  const workflow = parseWorkflow(workflowText);
  if (!starts(workflow.on, eventName, event, options.changedFiles)) return null;
  const name = typeof workflow.name === 'string' ? workflow.name : '';
  const contexts = {
    github: { ...github, ...(name === '' ? {} : { workflow: name }), event, event_name: eventName },
    inputs: event.inputs ?? {},
    vars: options.variables ?? {},
  };
  const jobs = Object.entries(workflow.jobs).flatMap(([key, job]) => planJob(key, job, contexts));
  return { name, jobs, concurrency: concurrencyOf(workflow.concurrency, contexts) };
}

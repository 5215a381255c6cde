import { readFileSync } from 'node:fs';
import { JitError } from '../errors.ts';
import type { Report } from '../report/schema.ts';
import { identityText, type JobIdentity } from './identity.ts';

/** What a job knows of itself: from GITHUB_* variables, the event's payload, and our own inputs. */
export interface JobContext {
  readonly run: Report['run'];
  /** Author of the pull request. */
  readonly author: string | null;
  /** Of the pull request, as the event tells them. */
  readonly labels: readonly string[] | null;
  readonly headBranch: string | null;
  /** Branch whose policy counts: the pull request's base, else the branch that was pushed to. */
  readonly policyBranch: string;
  /** `owner/name` of the head's repository; differs from the run's for forks. */
  readonly headRepository: string | null;
  readonly workspace: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export function jobContext(environment: Environment): JobContext {
  const event = readEvent(required(environment, 'GITHUB_EVENT_PATH'));
  const pull = record(event.pull_request);
  const [head, base] = [record(pull.head), record(pull.base)];
  const isPull = typeof pull.number === 'number';
  return {
    run: {
      repository: required(environment, 'GITHUB_REPOSITORY'),
      event: required(environment, 'GITHUB_EVENT_NAME'),
      workflow: workflowPath(environment.GITHUB_WORKFLOW_REF),
      runId: Number(required(environment, 'GITHUB_RUN_ID')),
      attempt: Number(required(environment, 'GITHUB_RUN_ATTEMPT')),
      job: identityText(jobIdentity(environment, required(environment, 'JIT_USE'))),
      checkRunId: Number(environment.JIT_CHECK_RUN_ID) || null,
      head: isPull ? text(head.sha) : (environment.GITHUB_SHA ?? null),
      base: isPull ? text(base.ref) : null,
      pullRequest: isPull ? Number(pull.number) : null,
    },
    author: isPull ? text(record(pull.user).login) : null,
    labels: isPull ? labelsOf(pull.labels) : null,
    headBranch: isPull ? text(head.ref) : (environment.GITHUB_REF_NAME ?? null),
    policyBranch: (isPull ? text(base.ref) : environment.GITHUB_REF_NAME) ?? 'main',
    headRepository: isPull ? text(record(head.repo).full_name) : (environment.GITHUB_REPOSITORY ?? null),
    workspace: required(environment, 'GITHUB_WORKSPACE'),
  };
}

/** The job as GitHub names it; `use` tells uses of the action in one job apart. */
export function jobIdentity(environment: Environment, use: string): JobIdentity {
  return { job: required(environment, 'JIT_JOB'), index: Number(environment.JIT_JOB_INDEX || '0'), use };
}

/** `owner/repo/.github/workflows/x.yml@ref` → `.github/workflows/x.yml`. */
function workflowPath(reference: string | undefined): string | null {
  return /^[^/]+\/[^/]+\/(.+?)@/.exec(reference ?? '')?.[1] ?? null;
}

/** A variable that the runner or action.yml always sets. */
export function required(environment: Environment, name: string): string {
  const value = environment[name];
  if (value !== undefined && value !== '') return value;
  throw new JitError(
    'CONTEXT',
    `${name} is not set; this runs inside a GitHub Actions job, started by action.yml.`,
  );
}

function readEvent(file: string): Record<string, unknown> {
  try {
    return record(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new JitError('CONTEXT', `The event's payload (GITHUB_EVENT_PATH) could not be read as JSON.`, {
      cause,
    });
  }
}

/** Null where the payload has none: not known is not the same as no label. */
function labelsOf(value: unknown): string[] | null {
  return Array.isArray(value) ? value.flatMap((label) => text(record(label).name) ?? []) : null;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

import { readFileSync } from 'node:fs';
import { JitError } from '../errors.ts';
import type { Inheritance } from '../github/inherited-grants.ts';
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
  /** Of which pull requests a run that has none takes over the approvals. */
  readonly inherits: Inheritance | null;
  /** Branch whose policy counts: the base of the pull request or merge group, else the run's own branch. */
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
  const inherits = isPull ? null : inheritance(environment, event);
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
      base: isPull ? text(base.ref) : inherits?.kind === 'merge-group' ? inherits.base : null,
      pullRequest: isPull ? Number(pull.number) : null,
    },
    author: isPull ? text(record(pull.user).login) : null,
    labels: isPull ? labelsOf(pull.labels) : null,
    headBranch: isPull ? text(head.ref) : (environment.GITHUB_REF_NAME ?? null),
    inherits,
    policyBranch: (isPull ? text(base.ref) : ownBranch(environment, event, inherits)) ?? 'main',
    headRepository: isPull ? text(record(head.repo).full_name) : (environment.GITHUB_REPOSITORY ?? null),
    workspace: required(environment, 'GITHUB_WORKSPACE'),
  };
}

/** As the event tells it; which pull requests these are is asked of GitHub when something is held. */
function inheritance(environment: Environment, event: Record<string, unknown>): Inheritance | null {
  const group = record(event.merge_group);
  const [head, base] = [text(group.head_sha), branchOf(text(group.base_ref))];
  if (head !== null && base !== null) return { kind: 'merge-group', head, base };
  const branch = branchOf(environment.GITHUB_REF ?? null);
  const tip = environment.GITHUB_SHA ?? '';
  if (environment.GITHUB_EVENT_NAME !== 'push' || branch === null || tip === '') return null;
  const listed: readonly unknown[] = Array.isArray(event.commits) ? event.commits : [];
  const earlier = listed.flatMap((commit) => text(record(commit).id) ?? []);
  return { kind: 'push', branch, commits: [...new Set([tip, ...earlier.reverse()])] };
}

/** A merge group has a branch of its own, and a tag none: their policies are another branch's. */
function ownBranch(
  environment: Environment,
  event: Record<string, unknown>,
  inherits: Inheritance | null,
): string | null {
  if (inherits?.kind === 'merge-group') return inherits.base;
  if (environment.GITHUB_REF_TYPE === 'tag') return text(record(event.repository).default_branch);
  return environment.GITHUB_REF_NAME ?? null;
}

function branchOf(ref: string | null): string | null {
  return ref?.startsWith('refs/heads/') === true ? ref.slice('refs/heads/'.length) : null;
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

import { arch, platform } from 'node:os';
import type { JobRequest } from '../contract.ts';
import type { Folders } from './folders.ts';
import type { RunnerOptions } from './options.ts';
import type { Workflow } from './workflow.ts';

type Context = Readonly<Record<string, unknown>>;

const systems: Readonly<Record<string, string>> = { darwin: 'macOS', win32: 'Windows' };
const machines: Readonly<Record<string, string>> = { arm64: 'ARM64', arm: 'ARM', ia32: 'X86' };

/** The `github` context of a job; steps add `action` and its kin. Source: GitHub's contexts reference. */
export function githubContext(
  request: JobRequest,
  workflow: Workflow,
  folders: Folders,
  eventPath: string,
): Context {
  const { repository, ref, sha } = request;
  const tag = ref.startsWith('refs/tags/');
  return {
    token: request.token,
    job: request.job.key,
    ref,
    sha,
    repository,
    repository_owner: repository.split('/')[0] ?? '',
    repository_id: String(request.repositoryId),
    repositoryUrl: `git://${new URL(request.serverUrl).host}/${repository}.git`,
    run_id: String(request.runId),
    run_number: String(request.runNumber),
    run_attempt: String(request.attempt),
    retention_days: '90',
    actor: request.actor,
    triggering_actor: request.triggeringActor,
    workflow: typeof workflow.name === 'string' ? workflow.name : request.workflowPath,
    workflow_ref: `${repository}/${request.workflowPath}@${ref}`,
    workflow_sha: sha,
    head_ref: request.headRef ?? '',
    base_ref: request.baseRef ?? '',
    event_name: request.eventName,
    event: request.event,
    event_path: eventPath,
    server_url: request.serverUrl,
    api_url: request.apiUrl,
    graphql_url: `${request.apiUrl.replace(/\/v3$/, '')}/graphql`,
    ref_name: ref.replace(/^refs\/(heads|tags|pull)\//, ''),
    ref_protected: false,
    ref_type: tag ? 'tag' : 'branch',
    secret_source: 'Actions',
    workspace: folders.workspace,
  };
}

export function runnerContext(request: JobRequest, folders: Folders): Context {
  return {
    os: systems[platform()] ?? 'Linux',
    arch: machines[arch()] ?? 'X64',
    name: 'sandbox',
    environment: 'self-hosted',
    temp: folders.temp,
    tool_cache: folders.tools,
    workspace: folders.workspace.slice(0, folders.workspace.lastIndexOf('/')),
    ...(request.debug ? { debug: '1' } : {}),
  };
}

/** Contexts of a job's `if`, name, environment and steps. `github` and `runner` are added by the caller. */
export function sharedContexts(request: JobRequest, options: RunnerOptions): Context {
  return {
    needs: request.needs,
    strategy: {
      'job-index': request.job.index,
      'job-total': request.job.total,
      'fail-fast': request.job.failFast ?? true,
    },
    matrix: request.job.matrix,
    vars: options.variables ?? {},
    inputs: request.event.inputs ?? {},
  };
}

/** Entries of the github context that reach a process as GITHUB_*. The token is not one of them. */
export const environmentKeys = [
  'action',
  'action_path',
  'action_ref',
  'action_repository',
  'actor',
  'api_url',
  'base_ref',
  'env',
  'event_name',
  'event_path',
  'graphql_url',
  'head_ref',
  'job',
  'output',
  'path',
  'ref',
  'ref_name',
  'ref_protected',
  'ref_type',
  'repository',
  'repository_id',
  'repository_owner',
  'retention_days',
  'run_attempt',
  'run_id',
  'run_number',
  'server_url',
  'sha',
  'state',
  'step_summary',
  'triggering_actor',
  'workflow',
  'workflow_ref',
  'workflow_sha',
  'workspace',
] as const;

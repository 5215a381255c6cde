import { isoSeconds } from '../git/read.ts';
import type { Artifact, Attempt, Job, Run, Workflow } from '../run-model.ts';
import type { World } from '../world.ts';
import { type Json, nodeId, simpleUser } from './account.ts';
import { pullMinimal, pullsOf } from './check.ts';
import { headCommit } from './commit.ts';
import { repositoryApi, repositoryMinimal, repositoryPage } from './repository.ts';

export function workflowShape(world: World, run: Run): Json {
  return workflowOf(
    run.workflow,
    repositoryApi(world, run.repository),
    repositoryPage(world, run.repository),
    run.repository.defaultBranch,
  );
}

export function workflowOf(workflow: Workflow, api: string, page: string, branch: string): Json {
  return {
    id: workflow.id,
    node_id: nodeId('Workflow', workflow.id),
    name: workflow.name,
    path: workflow.path,
    state: 'active',
    created_at: isoSeconds(workflow.createdAt),
    updated_at: isoSeconds(workflow.createdAt),
    url: `${api}/actions/workflows/${workflow.id}`,
    html_url: `${page}/blob/${branch}/${workflow.path}`,
    badge_url: `${page}/workflows/${encodeURIComponent(workflow.name)}/badge.svg`,
  };
}

/** A workflow run as one attempt of it shows; its head repository may be a fork. */
export async function runShape(world: World, run: Run, attempt: Attempt): Promise<Json> {
  const api = repositoryApi(world, run.repository);
  const url = `${api}/actions/runs/${run.id}`;
  return {
    id: run.id,
    name: run.workflow.name,
    node_id: nodeId('WorkflowRun', run.id),
    check_suite_id: run.suite.id,
    check_suite_node_id: nodeId('CheckSuite', run.suite.id),
    head_branch: run.headBranch,
    head_sha: run.headSha,
    path: run.workflow.path,
    display_title: run.title,
    run_number: run.number,
    run_attempt: attempt.number,
    referenced_workflows: [],
    event: run.eventName,
    status: attempt.status,
    conclusion: attempt.conclusion,
    workflow_id: run.workflow.id,
    url,
    html_url: `${repositoryPage(world, run.repository)}/actions/runs/${run.id}`,
    pull_requests: pullsOf(run.suite).map((pull) => pullMinimal(world, pull)),
    created_at: isoSeconds(run.createdAt),
    updated_at: isoSeconds(run.updatedAt),
    run_started_at: isoSeconds(attempt.startedAt),
    actor: simpleUser(world, run.actor),
    triggering_actor: simpleUser(world, attempt.triggeredBy),
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${api}/check-suites/${run.suite.id}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    previous_attempt_url: attempt.number > 1 ? `${url}/attempts/${attempt.number - 1}` : null,
    workflow_url: `${api}/actions/workflows/${run.workflow.id}`,
    head_commit: await headCommit(run.headRepository, run.headSha),
    repository: repositoryMinimal(world, run.repository),
    head_repository: repositoryMinimal(world, run.headRepository),
  };
}

export function jobShape(world: World, job: Job): Json {
  const api = repositoryApi(world, job.run.repository);
  return {
    id: job.id,
    run_id: job.run.id,
    run_url: `${api}/actions/runs/${job.run.id}`,
    run_attempt: job.attempt,
    node_id: nodeId('CheckRun', job.id),
    head_sha: job.run.headSha,
    head_branch: job.run.headBranch,
    workflow_name: job.run.workflow.name,
    url: `${api}/actions/jobs/${job.id}`,
    html_url: `${repositoryPage(world, job.run.repository)}/actions/runs/${job.run.id}/job/${job.id}`,
    check_run_url: `${api}/check-runs/${job.checkRun.id}`,
    status: job.status,
    conclusion: job.conclusion,
    created_at: isoSeconds(job.createdAt),
    started_at: isoSeconds(job.startedAt),
    completed_at: job.completedAt ? isoSeconds(job.completedAt) : null,
    name: job.plan.name,
    steps: [...job.steps.values()].map((step) => ({
      name: step.name,
      status: step.status,
      conclusion: step.conclusion,
      number: step.number,
      started_at: step.startedAt.toISOString(),
      completed_at: step.completedAt ? step.completedAt.toISOString() : null,
    })),
    labels: ['ubuntu-latest'],
    runner_id: job.status === 'queued' ? null : 1,
    runner_name: job.status === 'queued' ? null : 'sandbox',
    runner_group_id: job.status === 'queued' ? null : 1,
    runner_group_name: job.status === 'queued' ? null : 'Default',
  };
}

/** Artifacts carry no attempt number, as on GitHub. */
export function artifactShape(world: World, artifact: Artifact, now: Date): Json {
  const { run } = artifact;
  const url = `${repositoryApi(world, run.repository)}/actions/artifacts/${artifact.id}`;
  return {
    id: artifact.id,
    node_id: nodeId('Artifact', artifact.id),
    name: artifact.name,
    size_in_bytes: artifact.zip.byteLength,
    url,
    archive_download_url: `${url}/zip`,
    expired: artifact.expiresAt <= now,
    digest: artifact.digest,
    created_at: isoSeconds(artifact.createdAt),
    expires_at: isoSeconds(artifact.expiresAt),
    updated_at: isoSeconds(artifact.createdAt),
    workflow_run: {
      id: run.id,
      repository_id: run.repository.id,
      head_repository_id: run.headRepository.id,
      head_branch: run.headBranch,
      head_sha: run.headSha,
    },
  };
}

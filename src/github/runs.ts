import * as z from 'zod';
import type { Client } from './client.ts';
import { split } from './client.ts';
import type { AppGitHub, Artifact, WorkflowJob, WorkflowRun } from './port.ts';

const repositoryRef = z.object({ id: z.int(), full_name: z.string() });
const runSchema = z
  .object({
    id: z.int(),
    run_attempt: z.int().min(1).default(1),
    event: z.string(),
    status: z.string().nullable(),
    conclusion: z.string().nullable(),
    head_sha: z.string(),
    head_branch: z.string().nullish(),
    head_repository: repositoryRef.nullable(),
    repository: repositoryRef,
    path: z.string(),
  })
  .transform(
    (run): WorkflowRun => ({
      id: run.id,
      attempt: run.run_attempt,
      event: run.event,
      status: run.status ?? 'unknown',
      conclusion: run.conclusion,
      headSha: run.head_sha,
      headBranch: run.head_branch ?? null,
      headRepository: run.head_repository?.full_name ?? null,
      headRepositoryId: run.head_repository?.id ?? null,
      repositoryId: run.repository.id,
      // reusable and required workflows come as `path@ref`
      path: run.path.split('@')[0] ?? run.path,
    }),
  );
const runListSchema = z.object({ workflow_runs: z.array(runSchema) });
const jobSchema = z
  .object({
    id: z.int(),
    name: z.string(),
    run_attempt: z.int().default(1),
    started_at: z.string().nullish(),
    status: z.string(),
    conclusion: z.string().nullable(),
  })
  .transform(
    ({ id, name, run_attempt, started_at, status, conclusion }): WorkflowJob => ({
      id,
      name,
      attempt: run_attempt,
      startedAt: started_at ?? null,
      status,
      conclusion,
    }),
  );
const artifactSchema = z
  .object({
    id: z.int(),
    name: z.string(),
    size_in_bytes: z.int(),
    created_at: z.string().nullish(),
    expired: z.boolean(),
  })
  .transform(
    (found): Artifact => ({
      id: found.id,
      name: found.name,
      sizeInBytes: found.size_in_bytes,
      createdAt: found.created_at ?? null,
      expired: found.expired,
    }),
  );
const bytesSchema = z.union([
  z.instanceof(ArrayBuffer).transform((buffer) => new Uint8Array(buffer)),
  z.instanceof(Uint8Array),
]);

type RunCalls = Pick<
  AppGitHub,
  | 'workflowRun'
  | 'workflowRunsOf'
  | 'latestRunOn'
  | 'jobs'
  | 'executions'
  | 'artifacts'
  | 'downloadArtifact'
  | 'rerunJob'
  | 'rerunFailedJobs'
  | 'rerunRun'
>;

export function runCalls(client: Client): RunCalls {
  const runs = '/repos/{owner}/{repo}/actions/runs';
  const ofRun = (repository: string, runId: number) => ({ ...split(repository), run_id: runId });
  return {
    workflowRun: (repository, runId) =>
      client.one(runSchema, `GET ${runs}/{run_id}`, ofRun(repository, runId)),
    workflowRunsOf: (repository, headSha) =>
      client.all(runSchema, `GET ${runs}`, { ...split(repository), head_sha: headSha }),
    async latestRunOn(repository, workflow, branch) {
      const route = 'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs';
      const found = await client.maybe(runListSchema, route, {
        ...split(repository),
        workflow_id: workflow,
        branch,
        event: 'push',
        status: 'completed',
        per_page: 1,
      });
      return found?.workflow_runs[0] ?? null;
    },
    jobs: (repository, runId) =>
      client.all(jobSchema, `GET ${runs}/{run_id}/jobs`, { ...ofRun(repository, runId), filter: 'latest' }),
    executions: (repository, runId) =>
      client.all(jobSchema, `GET ${runs}/{run_id}/jobs`, { ...ofRun(repository, runId), filter: 'all' }),
    artifacts: (repository, runId) =>
      client.all(artifactSchema, `GET ${runs}/{run_id}/artifacts`, ofRun(repository, runId)),
    downloadArtifact: (repository, id) =>
      client.one(bytesSchema, 'GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}', {
        ...split(repository),
        artifact_id: id,
        archive_format: 'zip',
      }),
    rerunJob: (repository, jobId) =>
      client.send('POST /repos/{owner}/{repo}/actions/jobs/{job_id}/rerun', {
        ...split(repository),
        job_id: jobId,
      }),
    rerunFailedJobs: (repository, runId) =>
      client.send(`POST ${runs}/{run_id}/rerun-failed-jobs`, ofRun(repository, runId)),
    rerunRun: (repository, runId) => client.send(`POST ${runs}/{run_id}/rerun`, ofRun(repository, runId)),
  };
}

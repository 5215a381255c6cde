import { isoSeconds } from '../git/read.ts';
import type { Pull } from '../model.ts';
import type { Annotation, CheckRun, CheckSuite } from '../run-model.ts';
import type { World } from '../world.ts';
import { type Json, nodeId } from './account.ts';
import { integration } from './app.ts';
import { headCommit } from './commit.ts';
import { repositoryApi, repositoryMinimal, repositoryPage } from './repository.ts';

/** Open pull requests of this repository whose head is this commit. Forks' are never listed, as on GitHub. */
export function pullsOf(suite: CheckSuite): Pull[] {
  return [...suite.repository.pulls.values()].filter(
    (pull) =>
      pull.state === 'open' && pull.head.repository === suite.repository && pull.head.sha === suite.headSha,
  );
}

export function pullMinimal(world: World, pull: Pull): Json {
  const repo = (repository: Pull['repository']) => ({
    id: repository.id,
    url: repositoryApi(world, repository),
    name: repository.name,
  });
  return {
    url: `${repositoryApi(world, pull.repository)}/pulls/${pull.number}`,
    id: pull.id,
    number: pull.number,
    head: { ref: pull.head.ref, sha: pull.head.sha, repo: repo(pull.head.repository) },
    base: { ref: pull.base.ref, sha: pull.base.sha, repo: repo(pull.repository) },
  };
}

export function checkRunShape(world: World, run: CheckRun): Json {
  const api = repositoryApi(world, run.suite.repository);
  const url = `${api}/check-runs/${run.id}`;
  const page = `${repositoryPage(world, run.suite.repository)}/runs/${run.id}`;
  return {
    id: run.id,
    name: run.name,
    node_id: nodeId('CheckRun', run.id),
    head_sha: run.suite.headSha,
    external_id: run.externalId,
    url,
    html_url: page,
    details_url: run.detailsUrl ?? run.suite.app.externalUrl,
    status: run.status,
    conclusion: run.conclusion,
    started_at: isoSeconds(run.startedAt),
    completed_at: run.completedAt ? isoSeconds(run.completedAt) : null,
    output: {
      title: run.title,
      summary: run.summary,
      text: run.text,
      annotations_count: run.annotations.length,
      annotations_url: `${url}/annotations`,
    },
    check_suite: { id: run.suite.id },
    app: integration(world, run.suite.app),
    pull_requests: pullsOf(run.suite).map((pull) => pullMinimal(world, pull)),
  };
}

/** A check run in webhooks carries its suite in more words. */
export function checkRunPayload(world: World, run: CheckRun): Json {
  const { suite } = run;
  return {
    ...checkRunShape(world, run),
    check_suite: {
      id: suite.id,
      node_id: nodeId('CheckSuite', suite.id),
      head_branch: suite.headBranch,
      head_sha: suite.headSha,
      status: suiteStatus(world, suite).status,
      conclusion: suiteStatus(world, suite).conclusion,
      url: `${repositoryApi(world, suite.repository)}/check-suites/${suite.id}`,
      before: suite.before,
      after: suite.headSha,
      pull_requests: pullsOf(suite).map((pull) => pullMinimal(world, pull)),
      app: integration(world, suite.app),
      created_at: isoSeconds(suite.createdAt),
      updated_at: isoSeconds(suite.updatedAt),
    },
  };
}

export function annotationShape(world: World, run: CheckRun, annotation: Annotation): Json {
  return {
    path: annotation.path,
    blob_href: `${repositoryPage(world, run.suite.repository)}/blob/${run.suite.headSha}/${annotation.path}`,
    start_line: annotation.startLine,
    start_column: annotation.startColumn,
    end_line: annotation.endLine,
    end_column: annotation.endColumn,
    annotation_level: annotation.level,
    title: annotation.title,
    message: annotation.message,
    raw_details: annotation.rawDetails,
  };
}

const worstFirst = [
  'failure',
  'timed_out',
  'cancelled',
  'action_required',
  'stale',
  'success',
  'neutral',
  'skipped',
] as const;

/** State of a suite, which follows from its newest run of every name. */
function suiteStatus(world: World, suite: CheckSuite): { status: string; conclusion: string | null } {
  const newest = new Map<string, CheckRun>();
  for (const run of world.checkRuns.values()) if (run.suite === suite) newest.set(run.name, run);
  const runs = [...newest.values()];
  if (runs.length === 0) return { status: 'queued', conclusion: null };
  if (runs.every((run) => run.status === 'queued')) return { status: 'queued', conclusion: null };
  if (runs.some((run) => run.status !== 'completed')) return { status: 'in_progress', conclusion: null };
  const worst = worstFirst.find((each) => runs.some((run) => run.conclusion === each));
  return { status: 'completed', conclusion: worst ?? 'neutral' };
}

export async function checkSuiteShape(world: World, suite: CheckSuite): Promise<Json> {
  const url = `${repositoryApi(world, suite.repository)}/check-suites/${suite.id}`;
  return {
    id: suite.id,
    node_id: nodeId('CheckSuite', suite.id),
    head_branch: suite.headBranch,
    head_sha: suite.headSha,
    ...suiteStatus(world, suite),
    url,
    before: suite.before,
    after: suite.headSha,
    pull_requests: pullsOf(suite).map((pull) => pullMinimal(world, pull)),
    app: integration(world, suite.app),
    repository: repositoryMinimal(world, suite.repository),
    created_at: isoSeconds(suite.createdAt),
    updated_at: isoSeconds(suite.updatedAt),
    head_commit: await headCommit(suite.repository, suite.headSha),
    latest_check_runs_count: [...world.checkRuns.values()].filter((run) => run.suite === suite).length,
    check_runs_url: `${url}/check-runs`,
    rerequestable: true,
    runs_rerequestable: true,
  };
}

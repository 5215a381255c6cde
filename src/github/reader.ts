import { Buffer } from 'node:buffer';
import * as z from 'zod';
import { JitError } from '../errors.ts';
import type { Client } from './client.ts';
import { split } from './client.ts';
import type { CheckRun, FileAtCommit, PullFile, PullRequest, RepositoryReader } from './port.ts';

const repositorySchema = z.object({ default_branch: z.string() });
const branchSchema = z.object({ commit: z.object({ sha: z.string() }) });
const fileSchema = z.union([
  z.object({ type: z.literal('file'), encoding: z.string(), content: z.string(), sha: z.string() }),
  z.object({ type: z.string() }),
  z.array(z.unknown()),
]);

const repositoryRef = z.object({ id: z.int(), full_name: z.string() });
export const pullRequestSchema = z
  .object({
    number: z.int(),
    state: z.enum(['open', 'closed']),
    title: z.string(),
    // absent from old versions of GitHub Enterprise Server
    draft: z.boolean().nullish(),
    merged_at: z.string().nullish(),
    // before the merge this is the test merge, which proves nothing
    merge_commit_sha: z.string().nullish(),
    user: z.object({ login: z.string(), id: z.int() }).nullable(),
    head: z.object({ sha: z.string(), ref: z.string(), repo: repositoryRef.nullable() }),
    base: z.object({ ref: z.string(), repo: repositoryRef }),
  })
  .transform(
    (pull): PullRequest => ({
      number: pull.number,
      state: pull.state,
      draft: pull.draft ?? false,
      author: pull.user?.login ?? 'ghost',
      authorId: pull.user?.id ?? 0,
      title: pull.title,
      mergedAs: pull.merged_at ? (pull.merge_commit_sha ?? null) : null,
      head: {
        sha: pull.head.sha,
        ref: pull.head.ref,
        repository: pull.head.repo?.full_name ?? null,
        repositoryId: pull.head.repo?.id ?? null,
      },
      base: {
        ref: pull.base.ref,
        repository: pull.base.repo.full_name,
        repositoryId: pull.base.repo.id,
      },
    }),
  );

const pullFileSchema = z
  .object({
    filename: z.string(),
    previous_filename: z.string().optional(),
    status: z.string(),
    sha: z.string().nullable(),
  })
  .transform(
    (file): PullFile => ({
      path: file.filename,
      previousPath: file.previous_filename ?? null,
      blob: file.status === 'removed' ? '' : (file.sha ?? ''),
    }),
  );

const checkRunSchema = z
  .object({
    id: z.int(),
    name: z.string(),
    head_sha: z.string(),
    status: z.string(),
    conclusion: z.string().nullable(),
    external_id: z.string().nullable().optional(),
    app: z.object({ id: z.int() }).nullable().optional(),
    output: z.object({
      title: z.string().nullable(),
      summary: z.string().nullable(),
      text: z.string().nullable(),
      annotations_count: z.int(),
    }),
  })
  .transform(
    (run): CheckRun => ({
      id: run.id,
      name: run.name,
      headSha: run.head_sha,
      appId: run.app?.id ?? null,
      status: run.status,
      conclusion: run.conclusion,
      externalId: run.external_id ?? null,
      title: run.output.title,
      summary: run.output.summary,
      text: run.output.text,
      annotations: run.output.annotations_count,
    }),
  );

export function repositoryReader(client: Client): RepositoryReader {
  async function fileAtCommit(repository: string, commit: string, path: string) {
    const route = 'GET /repos/{owner}/{repo}/contents/{path}';
    const file = await client.maybe(fileSchema, route, { ...split(repository), path, ref: commit });
    return file === null ? null : decode(file, commit, path);
  }
  return {
    async defaultBranch(repository) {
      const found = await client.one(repositorySchema, 'GET /repos/{owner}/{repo}', split(repository));
      return found.default_branch;
    },
    async visibleDefaultBranch(repository) {
      const found = await client.maybe(repositorySchema, 'GET /repos/{owner}/{repo}', split(repository));
      return found?.default_branch ?? null;
    },
    fileAtCommit,
    async fileAtBranch(repository, branch, path) {
      const tip = await client.one(branchSchema, 'GET /repos/{owner}/{repo}/branches/{branch}', {
        ...split(repository),
        branch,
      });
      return fileAtCommit(repository, tip.commit.sha, path);
    },
    pullRequest(repository, number) {
      const route = 'GET /repos/{owner}/{repo}/pulls/{pull_number}';
      return client.one(pullRequestSchema, route, { ...split(repository), pull_number: number });
    },
    pullRequestsOf: (repository, sha) =>
      client.all(pullRequestSchema, 'GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls', {
        ...split(repository),
        commit_sha: sha,
      }),
    changedFiles: (repository, number) =>
      client.all(pullFileSchema, 'GET /repos/{owner}/{repo}/pulls/{pull_number}/files', {
        ...split(repository),
        pull_number: number,
      }),
    async checkRuns(repository, ref, appId, prefix) {
      const runs = await client.all(checkRunSchema, 'GET /repos/{owner}/{repo}/commits/{ref}/check-runs', {
        ...split(repository),
        ref,
        app_id: appId,
        filter: 'all',
      });
      // the query's app_id is a wish, this comparison is the rule
      return runs.filter((run) => run.appId === appId && run.name.startsWith(prefix));
    },
  };
}

function decode(file: z.infer<typeof fileSchema>, commit: string, path: string): FileAtCommit {
  if (!Array.isArray(file) && 'content' in file && file.encoding === 'base64') {
    return { text: Buffer.from(file.content, 'base64').toString('utf8'), blob: file.sha, commit };
  }
  const met = Array.isArray(file) ? 'a folder' : 'content' in file ? 'a file above 1 MB' : `a ${file.type}`;
  throw new JitError('github-file', `Expected ${path} at ${commit} to be a file below 1 MB, met ${met}.`);
}

import * as z from 'zod';
import type { Client } from './client.ts';
import { GitHubError, split } from './client.ts';
import type { AppGitHub, IssueComment } from './port.ts';
import { pullRequestSchema } from './reader.ts';

const commentSchema = z
  .object({
    id: z.int(),
    node_id: z.string(),
    minimized: z.object({}).nullable().optional(),
    body: z.string().nullable().optional(),
    user: z.object({ login: z.string(), id: z.int(), type: z.string() }).nullable(),
    created_at: z.string(),
    updated_at: z.string(),
    performed_via_github_app: z.object({ id: z.int() }).nullable().optional(),
  })
  .transform(
    (comment): IssueComment => ({
      id: comment.id,
      nodeId: comment.node_id,
      minimised: (comment.minimized ?? null) !== null,
      body: comment.body ?? '',
      author: comment.user?.login ?? 'ghost',
      authorId: comment.user?.id ?? 0,
      authorType: comment.user?.type ?? 'Unknown',
      createdAt: comment.created_at,
      updatedAt: comment.updated_at,
      appId: comment.performed_via_github_app?.id ?? null,
    }),
  );
const repositorySchema = z.object({ full_name: z.string() });
const created = z.object({ id: z.int() });

type ConversationCalls = Pick<
  AppGitHub,
  | 'repositories'
  | 'openPullRequests'
  | 'comment'
  | 'comments'
  | 'createComment'
  | 'updateComment'
  | 'minimiseComment'
  | 'react'
>;

export function conversationCalls(client: Client): ConversationCalls {
  const byId = 'repos/{owner}/{repo}/issues/comments/{comment_id}';
  const ofPull = '/repos/{owner}/{repo}/issues/{issue_number}/comments';
  return {
    async repositories() {
      const found = await client.all(repositorySchema, 'GET /installation/repositories', {});
      return found.map((repository) => repository.full_name);
    },
    openPullRequests: (repository) =>
      client.all(pullRequestSchema, 'GET /repos/{owner}/{repo}/pulls', {
        ...split(repository),
        state: 'open',
      }),
    comment: (repository, id) =>
      client.maybe(commentSchema, `GET /${byId}`, { ...split(repository), comment_id: id }),
    comments: (repository, number) =>
      client.all(commentSchema, `GET ${ofPull}`, { ...split(repository), issue_number: number }),
    async createComment(repository, number, body) {
      const parameters = { ...split(repository), issue_number: number, body };
      return (await client.one(created, `POST ${ofPull}`, parameters)).id;
    },
    updateComment: (repository, id, body) =>
      unlessGone(client.send(`PATCH /${byId}`, { ...split(repository), comment_id: id, body })),
    minimiseComment: (nodeId) => unlessRefused(client.graphql(minimise, { subjectId: nodeId })),
    react: (repository, commentId, content) =>
      unlessGone(
        client.send(`POST /${byId}/reactions`, { ...split(repository), comment_id: commentId, content }),
      ),
  };
}

/** REST cannot do this. */
const minimise = `mutation($subjectId: ID!) {
  minimizeComment(input: { subjectId: $subjectId, classifier: OUTDATED }) { minimizedComment { isMinimized } }
}`;

async function unlessRefused(sent: Promise<unknown>): Promise<boolean> {
  try {
    await sent;
    return true;
  } catch (thrown) {
    if (thrown instanceof GitHubError && thrown.code === 'github-refused') return false;
    throw thrown;
  }
}

async function unlessGone(sent: Promise<void>): Promise<boolean> {
  try {
    await sent;
    return true;
  } catch (thrown) {
    if (thrown instanceof GitHubError && thrown.code === 'github-not-found') return false;
    throw thrown;
  }
}

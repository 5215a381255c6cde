import * as z from 'zod';
import { type Client, client, type OctokitLike } from './client.ts';
import { conversationCalls } from './conversation.ts';
import { type EtagCache, type OctokitHooks, rememberEtags } from './etag.ts';
import { peopleCalls } from './people.ts';
import type { AppGitHub } from './port.ts';
import { repositoryReader } from './reader.ts';
import { serverClock } from './server-clock.ts';

/** What a job without the App reads decisions with: `pull-requests: read`. */
export interface CommentReader
  extends Pick<AppGitHub, 'pullRequest' | 'comments' | 'permission' | 'namedInCommits'> {
  /** Which of these comments, by their names in GraphQL, are as they were written: never edited, and still there. */
  untouched(nodeIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** GitHub's time after the latest answer, milliseconds since the epoch. */
  now(): number;
}

/** Lists that were read before are asked for by their ETag: an unchanged one costs no quota. */
export function commentReader(
  octokit: OctokitLike & OctokitHooks,
  cache: EtagCache,
  now: () => number,
): CommentReader {
  const time = serverClock(octokit, now);
  rememberEtags(octokit, cache, 'job');
  const calls = client(octokit);
  const { comments } = conversationCalls(calls);
  const { permission, namedInCommits } = peopleCalls(calls);
  const { pullRequest } = repositoryReader(calls);
  return {
    comments,
    permission,
    namedInCommits,
    pullRequest,
    untouched: (nodeIds) => untouched(calls, nodeIds),
    now: time,
  };
}

/** REST does not say it: `updated_at` keeps whole seconds, and an edit within the first one leaves no trace. */
const query = `query($ids: [ID!]!) {
  nodes(ids: $ids) { ... on IssueComment { id includesCreatedEdit } }
}`;
const answerSchema = z.object({
  nodes: z.array(z.object({ id: z.string(), includesCreatedEdit: z.boolean() }).partial().nullable()),
});
/** GitHub answers a hundred at once. */
const most = 100;

async function untouched(calls: Client, nodeIds: readonly string[]): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (let at = 0; at < nodeIds.length; at += most) {
    const { nodes } = await calls.query(answerSchema, query, { ids: nodeIds.slice(at, at + most) });
    for (const node of nodes) {
      if (node?.id !== undefined && node.includesCreatedEdit === false) found.add(node.id);
    }
  }
  return found;
}

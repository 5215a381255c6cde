import { mergeState } from '../domain/mergeable.ts';
import { associationOf } from '../domain/roles.ts';
import { diffFiles } from '../git/diff.ts';
import { commitsBetween, mergeBase } from '../git/merge.ts';
import { isoSeconds } from '../git/read.ts';
import type { Comment, Pull, Repository, Review } from '../model.ts';
import type { World } from '../world.ts';
import { type Json, nodeId, simpleUser } from './account.ts';
import { integration } from './app.ts';
import { repositoryApi, repositoryFull, repositoryPage } from './repository.ts';

function side(world: World, repository: Repository, ref: string, sha: string): Json {
  return {
    label: `${repository.owner.login}:${ref}`,
    ref,
    sha,
    user: simpleUser(world, repository.owner),
    repo: repositoryFull(world, repository),
  };
}

/** A pull request as lists show it. */
export function pullSimple(world: World, pull: Pull): Json {
  const repository = pull.repository;
  const api = repositoryApi(world, repository);
  const url = `${api}/pulls/${pull.number}`;
  const issue = `${api}/issues/${pull.number}`;
  const page = `${repositoryPage(world, repository)}/pull/${pull.number}`;
  const statuses = `${api}/statuses/${pull.head.sha}`;
  return {
    url,
    id: pull.id,
    node_id: nodeId('PullRequest', pull.id),
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    issue_url: issue,
    number: pull.number,
    state: pull.state,
    locked: false,
    title: pull.title,
    user: simpleUser(world, pull.author),
    body: pull.body,
    created_at: isoSeconds(pull.createdAt),
    updated_at: isoSeconds(pull.updatedAt),
    closed_at: pull.closedAt ? isoSeconds(pull.closedAt) : null,
    merged_at: pull.mergedAt ? isoSeconds(pull.mergedAt) : null,
    merge_commit_sha: pull.mergeSha,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    labels: [],
    milestone: null,
    draft: pull.draft,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${api}/pulls/comments{/number}`,
    comments_url: `${issue}/comments`,
    statuses_url: statuses,
    head: side(world, pull.head.repository, pull.head.ref, pull.head.sha),
    base: side(world, repository, pull.base.ref, pull.base.sha),
    _links: {
      self: { href: url },
      html: { href: page },
      issue: { href: issue },
      comments: { href: `${issue}/comments` },
      review_comments: { href: `${url}/comments` },
      review_comment: { href: `${api}/pulls/comments{/number}` },
      commits: { href: `${url}/commits` },
      statuses: { href: statuses },
    },
    author_association: associationOf(world, repository, pull.author),
    auto_merge: null,
    active_lock_reason: null,
  };
}

/** A pull request by its own address and in webhooks. */
export async function pullFull(world: World, pull: Pull): Promise<Json> {
  const folder = pull.repository.folder;
  const from = (await mergeBase(folder, pull.base.sha, pull.head.sha)) ?? pull.base.sha;
  const files = await diffFiles(folder, from, pull.head.sha);
  const state = mergeState(world, pull);
  return {
    ...pullSimple(world, pull),
    merged: pull.mergedAt !== null,
    mergeable: pull.state === 'open' ? pull.mergeSha !== null : null,
    rebaseable: pull.state === 'open' ? pull.mergeSha !== null : null,
    mergeable_state: state,
    merged_by: pull.mergedBy ? simpleUser(world, pull.mergedBy) : null,
    comments: [...world.comments.values()].filter(
      (each) => each.repository === pull.repository && each.number === pull.number,
    ).length,
    review_comments: 0,
    maintainer_can_modify: pull.head.repository !== pull.repository,
    commits: (await commitsBetween(folder, from, pull.head.sha)).length,
    additions: files.reduce((sum, file) => sum + file.additions, 0),
    deletions: files.reduce((sum, file) => sum + file.deletions, 0),
    changed_files: files.length,
  };
}

/** The pull request as an issue. */
export function issueShape(world: World, pull: Pull): Json {
  const api = repositoryApi(world, pull.repository);
  const url = `${api}/issues/${pull.number}`;
  const page = `${repositoryPage(world, pull.repository)}/pull/${pull.number}`;
  return {
    url,
    repository_url: api,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: page,
    id: pull.issueId,
    node_id: nodeId('PullRequest', pull.id),
    number: pull.number,
    title: pull.title,
    user: simpleUser(world, pull.author),
    labels: [],
    state: pull.state,
    state_reason: null,
    locked: false,
    active_lock_reason: null,
    assignee: null,
    assignees: [],
    milestone: null,
    comments: [...world.comments.values()].filter(
      (each) => each.repository === pull.repository && each.number === pull.number,
    ).length,
    created_at: isoSeconds(pull.createdAt),
    updated_at: isoSeconds(pull.updatedAt),
    closed_at: pull.closedAt ? isoSeconds(pull.closedAt) : null,
    author_association: associationOf(world, pull.repository, pull.author),
    draft: pull.draft,
    pull_request: {
      url: `${api}/pulls/${pull.number}`,
      html_url: page,
      diff_url: `${page}.diff`,
      patch_url: `${page}.patch`,
      merged_at: pull.mergedAt ? isoSeconds(pull.mergedAt) : null,
    },
    body: pull.body,
    reactions: reactionRollup(`${url}/reactions`, []),
    timeline_url: `${url}/timeline`,
    performed_via_github_app: null,
  };
}

const contents = ['+1', '-1', 'laugh', 'hooray', 'confused', 'heart', 'rocket', 'eyes'] as const;

function reactionRollup(url: string, reactions: readonly { readonly content: string }[]): Json {
  const counts = contents.map((content) => [
    content,
    reactions.filter((each) => each.content === content).length,
  ]);
  return { url, total_count: reactions.length, ...Object.fromEntries(counts) };
}

export function commentShape(world: World, comment: Comment): Json {
  const api = repositoryApi(world, comment.repository);
  const url = `${api}/issues/comments/${comment.id}`;
  return {
    url,
    html_url: `${repositoryPage(world, comment.repository)}/pull/${comment.number}#issuecomment-${comment.id}`,
    issue_url: `${api}/issues/${comment.number}`,
    id: comment.id,
    node_id: nodeId('IssueComment', comment.id),
    user: simpleUser(world, comment.author),
    created_at: isoSeconds(comment.createdAt),
    updated_at: isoSeconds(comment.updatedAt),
    author_association: associationOf(world, comment.repository, comment.author),
    body: comment.body,
    minimized: comment.minimized === null ? null : { reason: comment.minimized.toLowerCase() },
    reactions: reactionRollup(`${url}/reactions`, comment.reactions),
    performed_via_github_app: comment.app ? integration(world, comment.app) : null,
  };
}

/** As REST shows it; webhooks write the state in lower case and say more. */
export function reviewShape(world: World, review: Review): Json {
  const page = `${repositoryPage(world, review.repository)}/pull/${review.number}`;
  const pull = `${repositoryApi(world, review.repository)}/pulls/${review.number}`;
  const html = `${page}#pullrequestreview-${review.id}`;
  return {
    id: review.id,
    node_id: nodeId('PullRequestReview', review.id),
    user: simpleUser(world, review.author),
    body: review.body,
    state: review.dismissed ? 'DISMISSED' : reviewStates[review.event],
    html_url: html,
    pull_request_url: pull,
    author_association: associationOf(world, review.repository, review.author),
    _links: { html: { href: html }, pull_request: { href: pull } },
    submitted_at: isoSeconds(review.submittedAt),
    commit_id: review.commit,
  };
}

const reviewStates = {
  APPROVE: 'APPROVED',
  REQUEST_CHANGES: 'CHANGES_REQUESTED',
  COMMENT: 'COMMENTED',
} as const;

export function reactionShape(world: World, reaction: Comment['reactions'][number]): Json {
  return {
    id: reaction.id,
    node_id: nodeId('Reaction', reaction.id),
    user: simpleUser(world, reaction.user),
    content: reaction.content,
    created_at: isoSeconds(reaction.createdAt),
  };
}

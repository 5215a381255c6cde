import { startOnBranch } from '../actions/trigger.ts';
import { resolveCommit } from '../git/commit.ts';
import type { Account, App, Comment, Pull, Reaction } from '../model.ts';
import type { Json } from '../shapes/account.ts';
import { commentShape, issueShape } from '../shapes/pull.ts';
import { publish } from '../webhooks/publish.ts';
import type { World } from '../world.ts';
import { actionsApp } from './apps.ts';
import { invalid } from './refusal.ts';

/** GitHub's limit for a comment, in characters. */
const longest = 65_536;

function checked(body: string): string {
  if (body.trim() === '') throw invalid('IssueComment', 'body', 'missing_field', 'body cannot be blank');
  if (body.length <= longest) return body;
  throw invalid('IssueComment', 'body', 'custom', `body is too long (maximum is ${longest} characters)`);
}

export function addComment(
  world: World,
  pull: Pull,
  author: Account,
  app: App | null,
  body: string,
): Comment {
  const now = world.now();
  const comment: Comment = {
    id: world.nextId(),
    repository: pull.repository,
    number: pull.number,
    author,
    app,
    createdAt: now,
    body: checked(body),
    updatedAt: now,
    edited: false,
    minimized: null,
    reactions: [],
  };
  world.comments.set(comment.id, comment);
  announce(world, comment, 'created', author, {});
  return comment;
}

/** `by` need not be the author: whoever may write can edit other people's comments. */
export function editComment(world: World, comment: Comment, by: Account, body: string): void {
  const from = comment.body;
  comment.body = checked(body);
  comment.updatedAt = world.now();
  comment.edited = true;
  announce(world, comment, 'edited', by, { changes: { body: { from } } });
}

/** Folds it away for a reason; GitHub sends no webhook for it. */
export function minimizeComment(world: World, comment: Comment, classifier: string): void {
  comment.minimized = classifier;
  world.changed();
}

export function deleteComment(world: World, comment: Comment, by: Account): void {
  world.comments.delete(comment.id);
  announce(world, comment, 'deleted', by, {});
}

function announce(
  world: World,
  comment: Comment,
  action: 'created' | 'edited' | 'deleted',
  sender: Account,
  extra: Record<string, unknown>,
): void {
  const pull = comment.repository.pulls.get(comment.number);
  if (!pull) return;
  const { repository } = comment;
  const body = { ...extra, issue: issueShape(world, pull), comment: commentShape(world, comment) };
  publish(world, { event: 'issue_comment', action, repository, sender, body });
  // what a job's token writes starts no workflow
  if (sender === actionsApp(world).bot) return;
  void world.pending.track(startWorkflowsOf(world, pull, action, sender, body));
}

/** Workflows of comments are those of the default branch, whatever they were written on. */
async function startWorkflowsOf(
  world: World,
  pull: Pull,
  action: string,
  sender: Account,
  body: Json,
): Promise<void> {
  const { repository, title } = pull;
  const { folder, defaultBranch } = repository;
  const sha = await resolveCommit(folder, defaultBranch);
  if (sha === null) return;
  const event = { eventName: 'issue_comment', action, body, sender, title };
  await startOnBranch(world, repository, defaultBranch, sha, event);
}

/** One reaction per person and kind; the same again answers the old one. Reactions send no webhook. */
export function react(
  world: World,
  comment: Comment,
  user: Account,
  content: string,
): { readonly reaction: Reaction; readonly isNew: boolean } {
  const old = comment.reactions.find((each) => each.user === user && each.content === content);
  if (old) return { reaction: old, isNew: false };
  const reaction: Reaction = { id: world.nextId(), user, content, createdAt: world.now() };
  comment.reactions.push(reaction);
  world.changed();
  return { reaction, isNew: true };
}

import { addComment, deleteComment, editComment, react } from '../../domain/comments.ts';
import { forbidden, notFound } from '../../domain/refusal.ts';
import { atLeast, roleOf } from '../../domain/roles.ts';
import type { Comment, Pull, Repository } from '../../model.ts';
import { commentShape, reactionShape } from '../../shapes/pull.ts';
import type { Call } from '../call.ts';
import { created, type Handler, ok, paged } from '../reply.ts';

/** Comments of pull requests open with Issues or with Pull requests. */
export function need(call: Call, repository: Repository, level: 'read' | 'write'): void {
  const held = call.viewer.kind === 'token' && call.viewer.token.kind !== 'user' ? call.viewer.token : null;
  const issues = held?.permissions.issues;
  const enough = issues !== undefined && (level === 'read' || issues !== 'read');
  call.need(repository, held && !enough ? 'pull_requests' : 'issues', level, 'read');
}

function pullOf(call: Call, level: 'read' | 'write'): Pull {
  const { repository } = call;
  need(call, repository, level);
  const pull = repository.pulls.get(call.id('issue_number'));
  if (!pull) throw notFound();
  return pull;
}

function commentOf(call: Call, level: 'read' | 'write'): Comment {
  const { repository } = call;
  need(call, repository, level);
  const comment = call.world.comments.get(call.id('comment_id'));
  if (!comment || comment.repository !== repository) throw notFound();
  return comment;
}

/** People change their own comments, and those of others with write access; apps change only their own. */
export function mayChange(call: Call, comment: Comment): void {
  const { actor } = call;
  if (actor === comment.author) return;
  const person = call.app === null;
  if (person && atLeast(roleOf(call.world, comment.repository, actor), 'write')) return;
  throw forbidden();
}

function commentsOf(call: Call, repository: Repository, number: number | null): Comment[] {
  const since = call.asked('since');
  return [...call.world.comments.values()].filter(
    (each) =>
      each.repository === repository &&
      (number === null || each.number === number) &&
      (since === null || each.updatedAt >= new Date(since)),
  );
}

export const commentHandlers: Readonly<Record<string, Handler>> = {
  'issues/list-comments': (call) => {
    const pull = pullOf(call, 'read');
    return paged(call, commentsOf(call, pull.repository, pull.number), (each) =>
      commentShape(call.world, each),
    );
  },
  'issues/list-comments-for-repo': (call) => {
    const { repository } = call;
    need(call, repository, 'read');
    const found = commentsOf(call, repository, null);
    if (call.asked('direction') === 'desc') found.reverse();
    return paged(call, found, (each) => commentShape(call.world, each));
  },
  'issues/create-comment': (call) => {
    const pull = pullOf(call, 'write');
    const comment = addComment(call.world, pull, call.actor, call.app, call.text('body') ?? '');
    return created(commentShape(call.world, comment));
  },
  'issues/get-comment': (call) => ok(commentShape(call.world, commentOf(call, 'read'))),
  'issues/update-comment': (call) => {
    const comment = commentOf(call, 'write');
    mayChange(call, comment);
    editComment(call.world, comment, call.actor, call.text('body') ?? '');
    return ok(commentShape(call.world, comment));
  },
  'issues/delete-comment': (call) => {
    const comment = commentOf(call, 'write');
    mayChange(call, comment);
    deleteComment(call.world, comment, call.actor);
    return { status: 204 };
  },
  'reactions/list-for-issue-comment': (call) => {
    const content = call.asked('content');
    const found = commentOf(call, 'read').reactions.filter(
      (each) => content === null || each.content === content,
    );
    return paged(call, found, (each) => reactionShape(call.world, each));
  },
  'reactions/create-for-issue-comment': (call) => {
    const comment = commentOf(call, 'write');
    const { reaction, isNew } = react(call.world, comment, call.actor, call.text('content') ?? '');
    return { status: isNew ? 201 : 200, json: reactionShape(call.world, reaction) };
  },
  'reactions/delete-for-issue-comment': (call) => {
    const comment = commentOf(call, 'write');
    const at = comment.reactions.findIndex((each) => each.id === call.id('reaction_id'));
    const reaction = comment.reactions[at];
    if (!reaction) throw notFound();
    if (reaction.user !== call.actor) throw forbidden();
    comment.reactions.splice(at, 1);
    call.world.changed();
    return { status: 204 };
  },
};

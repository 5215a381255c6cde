import { cancel, rerunAll, rerunFailed } from '../actions/rerun.ts';
import { dispatch, schedule } from '../actions/without-push.ts';
import { clickButton, rerequest } from '../domain/checks.ts';
import { addComment, deleteComment, editComment } from '../domain/comments.ts';
import { renameRepository, transferRepository } from '../domain/moving.ts';
import { someone } from '../domain/people.ts';
import { editPull, mergePull, openPull, setDraft, setPullState } from '../domain/pulls.ts';
import { dequeue, enqueue, landQueued } from '../domain/queue.ts';
import { forbidden, notFound } from '../domain/refusal.ts';
import { push } from '../domain/repositories.ts';
import { dismissReview, submitReview } from '../domain/reviews.ts';
import { atLeast, roleOf } from '../domain/roles.ts';
import type { Account, BaseRole, Comment, Repository } from '../model.ts';
import type { Acting } from '../sandbox.ts';
import type { World } from '../world.ts';
import { checkNumbered, repositoryNamed, runNumbered } from './find.ts';

/** The person, if their role on the repository is enough. Who may not even read is told that nothing is there. */
function allowed(world: World, login: string, repository: Repository, role: BaseRole): Account {
  const account = someone(world, login);
  const has = roleOf(world, repository, account);
  if (!has) throw notFound();
  if (!atLeast(has, role)) throw forbidden('Must have push access to repository.');
  return account;
}

/** What people do on GitHub, with the same consequences and the same refusals. */
export function acting(world: World): Acting {
  const able = (login: string, repository: Repository, role: BaseRole) =>
    allowed(world, login, repository, role);
  const authorOr = (login: string, repository: Repository, author: Account) =>
    able(login, repository, world.account(login) === author ? 'read' : 'write');
  return {
    ...comments(world, able, authorOr),
    async push(fullName, by, request) {
      const repository = repositoryNamed(world, fullName);
      return push(world, repository, {
        files: {},
        message: 'Change',
        ...request,
        by: able(by, repository, 'write'),
      });
    },
    async openPull(fullName, by, request) {
      const repository = repositoryNamed(world, fullName);
      return openPull(world, repository, {
        by: able(by, repository, 'read'),
        head: request.head,
        base: request.base ?? repository.defaultBranch,
        title: request.title,
        body: request.body ?? null,
        draft: request.draft ?? false,
      });
    },
    editPull: async (by, pull, change) =>
      editPull(world, pull, authorOr(by, pull.repository, pull.author), change),
    convertToDraft: async (by, pull) =>
      setDraft(world, pull, authorOr(by, pull.repository, pull.author), true),
    readyForReview: async (by, pull) =>
      setDraft(world, pull, authorOr(by, pull.repository, pull.author), false),
    closePull: async (by, pull) =>
      setPullState(world, pull, authorOr(by, pull.repository, pull.author), 'closed'),
    reopenPull: async (by, pull) =>
      setPullState(world, pull, authorOr(by, pull.repository, pull.author), 'open'),
    mergePull: async (by, pull) => mergePull(world, pull, able(by, pull.repository, 'write'), null),
    enqueue: async (by, pull) => enqueue(world, pull, able(by, pull.repository, 'write')),
    async dequeue(by, pull) {
      able(by, pull.repository, 'write');
      await dequeue(world, pull);
    },
    landQueued: (pull) => landQueued(world, pull),
    renameRepository(by, fullName, name) {
      const repository = repositoryNamed(world, fullName);
      renameRepository(world, repository, name, able(by, repository, 'admin'));
    },
    transferRepository(by, fullName, owner) {
      const repository = repositoryNamed(world, fullName);
      transferRepository(world, repository, someone(world, owner), able(by, repository, 'admin'));
    },
    async dispatch(fullName, by, request) {
      const repository = repositoryNamed(world, fullName);
      await dispatch(world, repository, able(by, repository, 'write'), request);
    },
    async schedule(fullName, by, cron) {
      const repository = repositoryNamed(world, fullName);
      await schedule(world, repository, able(by, repository, 'write'), cron);
    },
    clickButton(by, checkRunId, identifier) {
      const run = checkNumbered(world, checkRunId);
      clickButton(world, run, able(by, run.suite.repository, 'read'), identifier);
    },
    rerequest(by, checkRunId) {
      const run = checkNumbered(world, checkRunId);
      rerequest(world, run, able(by, run.suite.repository, 'write'));
    },
    rerun(by, runId, what = 'all') {
      const run = runNumbered(world, runId);
      const person = able(by, run.repository, 'write');
      if (what === 'all') rerunAll(world, run, person, false);
      else rerunFailed(world, run, person, false);
    },
    cancel(by, runId) {
      const run = runNumbered(world, runId);
      able(by, run.repository, 'write');
      cancel(run);
    },
  };
}

function comments(
  world: World,
  able: (login: string, repository: Repository, role: BaseRole) => Account,
  authorOr: (login: string, repository: Repository, author: Account) => Account,
): Pick<Acting, 'comment' | 'review' | 'dismissReview' | 'editComment' | 'deleteComment'> {
  const mine = (by: string, comment: Comment) => authorOr(by, comment.repository, comment.author);
  return {
    comment: (by, pull, body) => addComment(world, pull, able(by, pull.repository, 'read'), null, body),
    review: (by, pull, { body, event = 'COMMENT', commit = pull.head.sha }) =>
      submitReview(world, pull, able(by, pull.repository, 'read'), { body, event, commit }),
    dismissReview: (by, pull, review) =>
      dismissReview(world, pull, review, able(by, pull.repository, 'write')),
    editComment: (by, comment, body) => editComment(world, comment, mine(by, comment), body),
    deleteComment: (by, comment) => deleteComment(world, comment, mine(by, comment)),
  };
}

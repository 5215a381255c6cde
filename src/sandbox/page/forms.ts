import { JitError } from '../../errors.ts';
import { notFound } from '../domain/refusal.ts';
import { acting } from '../hands/acting.ts';
import type { Comment, Pull, Repository } from '../model.ts';
import { fullName, type World } from '../world.ts';
import type { View } from './layout.ts';

/** Where a form's sender goes next. */
type Next = string;

/** Carries out a form of a page for the person signed in; null when there is no such form. */
export async function submit(
  view: View,
  repository: Repository,
  rest: readonly string[],
  fields: URLSearchParams,
): Promise<Next | null> {
  const { world, person } = view;
  if (!person)
    throw new JitError('sandbox-page', 'Choose at the top of the page who you are, then try again.');
  const act = acting(world);
  const by = person.login;
  const home = `/${fullName(repository)}`;
  const [kind = '', id = '', verb = '', sub = ''] = rest;
  switch (`${kind} ${verb}`) {
    case 'pull comments': {
      const comment = act.comment(by, pullOf(repository, id), text(fields, 'body'));
      return `${home}/pull/${id}#issuecomment-${comment.id}`;
    }
    case 'pull reviews': {
      const [body, commit] = [text(fields, 'body'), text(fields, 'commit')];
      const review = act.review(by, pullOf(repository, id), { body, ...(commit !== '' && { commit }) });
      return `${home}/pull/${id}#pullrequestreview-${review.id}`;
    }
    case 'pull merge':
      await act.mergePull(by, pullOf(repository, id));
      return `${home}/pull/${id}`;
    case 'pull ready':
      await act.readyForReview(by, pullOf(repository, id));
      return `${home}/pull/${id}`;
    case 'pull close':
      await act.closePull(by, pullOf(repository, id));
      return `${home}/pull/${id}`;
    case 'pull reopen':
      await act.reopenPull(by, pullOf(repository, id));
      return `${home}/pull/${id}`;
    case 'comments edit': {
      const comment = commentOf(world, repository, id);
      act.editComment(by, comment, text(fields, 'body'));
      return `${home}/pull/${comment.number}#issuecomment-${comment.id}`;
    }
    case 'comments delete': {
      const comment = commentOf(world, repository, id);
      act.deleteComment(by, comment);
      return `${home}/pull/${comment.number}`;
    }
    case 'runs action':
      act.clickButton(by, Number(id), text(fields, 'identifier'));
      return `${home}/runs/${id}`;
    default:
      if (kind !== 'actions' || id !== 'runs' || sub !== 'rerun') return null;
      act.rerun(by, Number(verb), text(fields, 'what') === 'failed' ? 'failed' : 'all');
      return `${home}/actions/runs/${verb}`;
  }
}

/** Browsers send line breaks of a textarea as CR LF; GitHub stores what was typed. */
function text(fields: URLSearchParams, name: string): string {
  return (fields.get(name) ?? '').replaceAll('\r\n', '\n');
}

function pullOf(repository: Repository, number: string): Pull {
  const pull = repository.pulls.get(Number(number));
  if (!pull) throw notFound();
  return pull;
}

function commentOf(world: World, repository: Repository, id: string): Comment {
  const comment = world.comments.get(Number(id));
  if (comment?.repository !== repository) throw notFound();
  return comment;
}

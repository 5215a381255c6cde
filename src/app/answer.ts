import type { CommandFact } from '../approval/facts.ts';
import { GitHubError } from '../github/client.ts';
import type { AppGitHub, IssueComment } from '../github/port.ts';
import type { PullKey } from '../ledger/port.ts';
import { maximumComment } from '../report/comment.ts';
import { cut } from '../report/cut.ts';

/** How a command ended. `words` are Markdown, escaped; null where a reaction says enough. */
export interface Outcome {
  readonly outcome: 'done' | 'refused';
  readonly words: string | null;
}

/**
 * Tells the person: a reaction on the comment, and words in one comment where there are any. Whoever comes
 * here again after a crash finds the words posted already, by our author and by what they answer.
 */
export async function answer(
  github: Pick<AppGitHub, 'react' | 'comments' | 'createComment'>,
  isOurs: (comment: IssueComment) => boolean,
  key: PullKey,
  command: CommandFact,
  { outcome, words }: Outcome,
): Promise<void> {
  const { given } = command;
  if (given.via === 'comment') {
    await github.react(key.repository, given.commentId, outcome === 'done' ? '+1' : 'confused');
  }
  // GitHub's API lets nobody react to a review
  const told = words ?? (given.via === 'review' && outcome === 'done' ? 'it is recorded.' : null);
  if (told === null) return;
  const about = beginning(command);
  const earlier = await github.comments(key.repository, key.number);
  if (earlier.some((comment) => isOurs(comment) && comment.body.startsWith(about))) return;
  const body = cut(`${about}${told}`, maximumComment, { as: 'markdown' });
  await github.createComment(key.repository, key.number, body).catch(untellable);
}

/**
 * What GitHub will take no more often than it did now (a locked conversation, for instance) stays unsaid: commands
 * are carried out in order, and a deny or revoke must not wait behind words for somebody else.
 */
function untellable(thrown: unknown): void {
  const refused =
    thrown instanceof GitHubError && (thrown.status === 403 || thrown.status === 422) && !thrown.isLimit;
  if (!refused) throw thrown;
}

/** Never begins with a slash, so that no bot takes it for a command; names what it answers. */
function beginning(command: CommandFact): string {
  return `@${command.by}, about your ${whatOf(command)}: `;
}

function whatOf({ given, source }: CommandFact): string {
  switch (given.via) {
    case 'comment':
      return `[comment](#issuecomment-${given.commentId})`;
    case 'review':
      return `[review](#pullrequestreview-${given.reviewId})`;
    case 'button':
      return `click ${source.slice(-12)}`;
  }
}

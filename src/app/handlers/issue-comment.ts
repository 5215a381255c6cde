import type { Context } from 'probot';
import { parseCommand } from '../../approval/command.ts';
import { commentSource } from '../../approval/source.ts';
import type { Desk } from '../desk.ts';
import { instant } from '../desk.ts';
import { receive } from '../receive.ts';
import { bodyDigest, firstLine, writtenAt } from './written.ts';

/**
 * Created comments only: what an edited one says now was never given as a command. Only people: no bot is
 * answered, our own App least of all, so that nothing it echoes ever commands it.
 */
export async function onIssueComment(desk: Desk, context: Context<'issue_comment.created'>): Promise<void> {
  const { comment, issue, repository, sender } = context.payload;
  if (issue.pull_request === undefined || issue.pull_request === null) return;
  if (comment.user?.type !== 'User' || sender.id !== comment.user.id) return;
  if (parseCommand(comment.body).kind === 'none') return;
  const key = { repository: repository.full_name, number: issue.number };
  await receive(desk, context, key, [
    {
      type: 'command',
      at: instant(desk),
      source: commentSource(comment.id),
      by: comment.user.login,
      byId: comment.user.id,
      byType: comment.user.type,
      given: {
        via: 'comment',
        commentId: comment.id,
        line: firstLine(comment.body),
        bodyDigest: bodyDigest(comment.body),
        ...writtenAt(comment.created_at),
      },
    },
  ]);
}

import { messageOf } from '../errors.ts';
import { GitHubError } from './client.ts';

/** Why approvals could not be read; where it may be the token, `permission` is what it needs ("checks: read"). */
export function unread(thrown: unknown, permission: string): string {
  const why = messageOf(thrown);
  return mayLackPermission(thrown)
    ? `approvals could not be read: the job's token needs \`${permission}\` (${why})`
    : `approvals could not be read: ${why}`;
}

function mayLackPermission(thrown: unknown): boolean {
  if (!(thrown instanceof GitHubError) || thrown.isLimit) return false;
  const { status, code } = thrown;
  // GraphQL refuses with status 200
  return status === 403 || status === 404 || (status === 200 && code === 'github-refused');
}

import type { Delivery } from '../github/port.ts';

/** Which webhooks are taken, by what they are about: `event.action`. Of no other is a failed delivery asked for. */
export const events = {
  pullRequest: [
    'pull_request.opened',
    'pull_request.reopened',
    'pull_request.synchronize',
    'pull_request.edited',
    'pull_request.converted_to_draft',
    'pull_request.ready_for_review',
    'pull_request.closed',
  ],
  workflowRun: ['workflow_run.requested', 'workflow_run.in_progress', 'workflow_run.completed'],
  comment: ['issue_comment.created'],
  review: ['pull_request_review.submitted'],
  dismissal: ['pull_request_review.dismissed'],
  button: ['check_run.requested_action'],
  rerequest: ['check_run.rerequested'],
  move: ['repository.renamed', 'repository.transferred'],
  mergeGroup: ['merge_group.checks_requested', 'merge_group.destroyed'],
} as const;

const taken: ReadonlySet<string> = new Set(Object.values(events).flat());

export function isTaken({ event, action }: Pick<Delivery, 'event' | 'action'>): boolean {
  return taken.has(`${event}.${action}`);
}

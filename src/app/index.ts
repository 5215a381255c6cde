import type { Probot } from 'probot';
import type { Desk } from './desk.ts';
import { onIssueComment } from './handlers/issue-comment.ts';
import { onMergeGroup } from './handlers/merge-group.ts';
import { onPullRequest } from './handlers/pull-request.ts';
import { onPullRequestReview, onReviewDismissed } from './handlers/pull-request-review.ts';
import { onRepository } from './handlers/repository.ts';
import { onRequestedAction } from './handlers/requested-action.ts';
import { onRerequested } from './handlers/rerequested.ts';
import { onWorkflowRun } from './handlers/workflow-run.ts';

/** Which event goes to which handler. Nothing else happens here. */
export function routes(app: Probot, desk: Desk): void {
  app.on(
    [
      'pull_request.opened',
      'pull_request.reopened',
      'pull_request.synchronize',
      'pull_request.edited',
      'pull_request.converted_to_draft',
      'pull_request.ready_for_review',
      'pull_request.closed',
    ],
    (context) => onPullRequest(desk, context),
  );
  app.on(['workflow_run.requested', 'workflow_run.in_progress', 'workflow_run.completed'], (context) =>
    onWorkflowRun(desk, context),
  );
  app.on('issue_comment.created', (context) => onIssueComment(desk, context));
  app.on('pull_request_review.submitted', (context) => onPullRequestReview(desk, context));
  app.on('pull_request_review.dismissed', (context) => onReviewDismissed(desk, context));
  app.on('check_run.requested_action', (context) => onRequestedAction(desk, context));
  app.on(['repository.renamed', 'repository.transferred'], (context) => onRepository(desk, context));
  app.on(['merge_group.checks_requested', 'merge_group.destroyed'], (context) => onMergeGroup(desk, context));
  app.on('check_run.rerequested', (context) => onRerequested(desk, context));
}

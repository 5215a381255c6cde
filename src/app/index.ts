import type { Probot } from 'probot';
import type { Desk } from './desk.ts';
import { events } from './events.ts';
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
  app.on([...events.pullRequest], (context) => onPullRequest(desk, context));
  app.on([...events.workflowRun], (context) => onWorkflowRun(desk, context));
  app.on([...events.comment], (context) => onIssueComment(desk, context));
  app.on([...events.review], (context) => onPullRequestReview(desk, context));
  app.on([...events.dismissal], (context) => onReviewDismissed(desk, context));
  app.on([...events.button], (context) => onRequestedAction(desk, context));
  app.on([...events.rerequest], (context) => onRerequested(desk, context));
  app.on([...events.move], (context) => onRepository(desk, context));
  app.on([...events.mergeGroup], (context) => onMergeGroup(desk, context));
}

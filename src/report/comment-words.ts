import type { CommentPlan } from './comment-plan.ts';
import { fence, markdown } from './escape.ts';
import type { HoldView } from './views.ts';

/** The gate in the words of its check. */
export interface GateWords {
  readonly state: 'success' | 'failure' | 'in_progress' | 'neutral';
  readonly title: string;
}

/** The first line, which mails and lists show alone: what is to be done. */
export function commentHeadline({ whole, listed, blocked, decided }: CommentPlan, gate: GateWords): string {
  const open = [...whole, ...listed];
  if (open.length > 0) return toDecide(open);
  if (blocked.length > 0) {
    return `${amount(blocked.length)} cannot be approved: change the suite or the policy`;
  }
  const denied = decided.filter(({ status }) => status === 'denied');
  if (denied.some((hold) => hold.blocked === null)) {
    return `${amount(denied.length)} denied: take ${it(denied.length)} out of the suite, or revoke the denial`;
  }
  if (denied.length > 0)
    return `${amount(denied.length)} denied by the policy: take ${it(denied.length)} out of the suite`;
  switch (gate.state) {
    case 'in_progress':
      return `Nothing to do yet: ${words(gate.title)}`;
    case 'failure':
      return 'Nothing to approve, but the gate is closed: see below';
    case 'success':
    case 'neutral':
      return `Nothing to do: ${words(gate.title)}`;
  }
}

function toDecide(open: readonly HoldView[]): string {
  const [first, ...more] = open;
  if (first?.isWorkflowChange === true && more.length === 0)
    return 'Approve or deny the change of the workflow';
  const progress = more.length === 0 && first?.progress ? ` (${first.progress} approvals given)` : '';
  const anew = open.every(({ status }) => status === 'expired' || status === 'revoked');
  return `${anew ? 'Approve again or deny' : 'Approve or deny'} ${amount(open.length)}${progress}`;
}

/** What approving does, how it is done, and the ids ready to copy. */
export function introduction(
  { whole, listed }: CommentPlan,
  { buttons, setId }: { readonly buttons: boolean; readonly setId: string | null },
): string[] {
  const open = [...whole, ...listed];
  if (open.length === 0) return [];
  const ids = whole.slice(0, maximumIds).map(({ id }) => id);
  const how = buttons ? 'Use the buttons of the checks below, or a new comment' : 'Write a new comment';
  const texts = [`${effect(open)} ${how}.`];
  if (ids.length === 0) return texts;
  texts.push(
    ids.length === 1
      ? 'The id, to copy behind `/approve` or `/deny`:'
      : 'The ids, to copy behind `/approve` or `/deny`, all of them or some:',
    fence(ids.join(' '), 'text'),
  );
  if (setId === null || whole.length < 2) return texts;
  const fresh = whole.some(({ varying }) => varying.length > 0);
  const but = fresh ? ' (what the re-run generates anew is held again)' : '';
  const all = whole.length === 2 ? 'Both' : `All ${whole.length}`;
  return [...texts, `${all} shown below at once: \`/approve all ${setId}\`${but}`];
}

/** A command takes no more. */
const maximumIds = 100;

function effect(open: readonly HoldView[]): string {
  if (open.every((hold) => hold.isWorkflowChange === true)) {
    return 'Whoever changes the workflow decides what runs and what is reported: look at these files first. Approving runs nothing.';
  }
  const one = open.length === 1;
  return `${one ? 'It has' : 'They have'} not run. Approving releases exactly what is shown, nothing else; then only the held steps run again.`;
}

function amount(count: number): string {
  return `${count} runtime ${count === 1 ? 'action' : 'actions'}`;
}

function it(count: number): string {
  return count === 1 ? 'it' : 'them';
}

/** A title in the middle of a sentence. */
function words(title: string): string {
  return markdown(title.charAt(0).toLowerCase() + title.slice(1));
}

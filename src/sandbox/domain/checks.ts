import type { Account, App } from '../model.ts';
import type { Annotation, CheckAction, CheckConclusion, CheckRun, CheckSuite } from '../run-model.ts';
import { checkRunPayload } from '../shapes/check.ts';
import { publish } from '../webhooks/publish.ts';
import type { World } from '../world.ts';
import { forbidden, Refusal } from './refusal.ts';

/** What a request may say of a check run; absent fields stay as they are. */
export interface CheckChange {
  readonly name?: string;
  readonly externalId?: string;
  readonly detailsUrl?: string;
  readonly status?: CheckRun['status'];
  readonly conclusion?: CheckConclusion;
  readonly startedAt?: Date;
  readonly completedAt?: Date;
  readonly title?: string | null;
  readonly summary?: string | null;
  readonly text?: string | null;
  readonly actions?: readonly CheckAction[];
  /** Added to those that are there. */
  readonly annotations?: readonly Annotation[];
}

export function addCheckRun(
  world: World,
  suite: CheckSuite,
  sender: Account,
  name: string,
  change: CheckChange,
  jobId: number | null = null,
): CheckRun {
  const run: CheckRun = {
    id: jobId ?? world.nextId(),
    suite,
    jobId,
    name,
    externalId: '',
    detailsUrl: null,
    status: 'queued',
    conclusion: null,
    startedAt: world.now(),
    completedAt: null,
    title: null,
    summary: null,
    text: null,
    actions: [],
    annotations: [],
  };
  world.checkRuns.set(run.id, run);
  apply(world, run, change);
  announceCheck(world, run, 'created', sender, {});
  if (run.status === 'completed') announceCheck(world, run, 'completed', sender, {});
  return run;
}

/** Changes a check run on behalf of an app, which must be the one that made it. */
export function changeCheckRun(
  world: World,
  run: CheckRun,
  app: App,
  sender: Account,
  change: CheckChange,
): void {
  if (run.suite.app !== app) {
    throw forbidden(
      `Invalid app_id \`${app.id}\` - check run can only be modified by the GitHub App that created it.`,
    );
  }
  const before = run.status;
  apply(world, run, change);
  if (before !== 'completed' && run.status === 'completed') {
    announceCheck(world, run, 'completed', sender, {});
  }
  world.changed();
}

function apply(world: World, run: CheckRun, change: CheckChange): void {
  const completing = change.conclusion !== undefined || change.status === 'completed';
  if (change.status === 'completed' && change.conclusion === undefined && run.conclusion === null) {
    throw new Refusal(422, 'Invalid request.\n\n"conclusion" wasn\'t supplied.');
  }
  run.name = change.name ?? run.name;
  run.externalId = change.externalId ?? run.externalId;
  run.detailsUrl = change.detailsUrl ?? run.detailsUrl;
  run.startedAt = change.startedAt ?? run.startedAt;
  if (change.title !== undefined) run.title = change.title;
  if (change.summary !== undefined) run.summary = change.summary;
  if (change.text !== undefined) run.text = change.text;
  run.actions = change.actions ?? run.actions;
  run.annotations.push(...(change.annotations ?? []));
  run.suite.updatedAt = world.now();
  if (completing) {
    run.status = 'completed';
    run.conclusion = change.conclusion ?? run.conclusion;
    run.completedAt = change.completedAt ?? run.completedAt ?? world.now();
  } else if (change.status) {
    run.status = change.status;
    run.conclusion = null;
    run.completedAt = null;
  }
}

function announceCheck(
  world: World,
  run: CheckRun,
  action: 'created' | 'completed' | 'requested_action' | 'rerequested',
  sender: Account,
  extra: Record<string, unknown>,
): void {
  const owned = action === 'requested_action' || action === 'rerequested';
  publish(world, {
    event: 'check_run',
    action,
    repository: run.suite.repository,
    sender,
    body: { ...extra, check_run: checkRunPayload(world, run) },
    ...(owned ? { only: run.suite.app } : {}),
  });
}

/**
 * A person clicks a button of a check run. GitHub documents nowhere who may, so everybody who sees the check
 * run may: an App has to ask for itself whether the sender is somebody.
 */
export function clickButton(world: World, run: CheckRun, by: Account, identifier: string): void {
  if (run.status !== 'completed') {
    throw new Refusal(422, 'Buttons are shown only on completed check runs; wait until it is completed.');
  }
  if (!run.actions.some((each) => each.identifier === identifier)) {
    const offered = run.actions.map((each) => each.identifier).join(', ') || 'none';
    throw new Refusal(422, `Check run ${run.id} has no button ${identifier}; it offers: ${offered}.`);
  }
  announceCheck(world, run, 'requested_action', by, { requested_action: { identifier } });
}

export function rerequest(world: World, run: CheckRun, by: Account): void {
  announceCheck(world, run, 'rerequested', by, {});
}

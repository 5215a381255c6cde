import { messageOf } from '../../errors.ts';
import type { PlannedWorkflow } from '../contract.ts';
import { actionsApp } from '../domain/apps.ts';
import { addSuite } from '../domain/check-suites.ts';
import { blob, commitInfo, entriesIn } from '../git/read.ts';
import type { Account, Repository } from '../model.ts';
import type { Run, Workflow } from '../run-model.ts';
import type { Json } from '../shapes/account.ts';
import { payloadOf } from '../webhooks/publish.ts';
import { fullName, type World } from '../world.ts';
import { startAttempt } from './attempt.ts';

/** Something happened that workflows may listen to. */
export interface Trigger {
  readonly repository: Repository;
  readonly eventName: string;
  readonly action: string | null;
  readonly body: Json;
  readonly sender: Account;
  /** Commit whose workflow files count and that jobs check out. */
  readonly sha: string;
  readonly ref: string;
  readonly headRepository: Repository;
  readonly headSha: string;
  readonly headBranch: string;
  readonly headRef: string | null;
  readonly baseRef: string | null;
  readonly title: string;
  /** Path of the one workflow that is meant; default: all that listen. */
  readonly workflow?: string;
}

const folder = '.github/workflows';

/** Makes a run of every workflow file that the event starts, and starts its first attempt. */
export async function startWorkflows(world: World, trigger: Trigger): Promise<void> {
  const { runner } = world;
  if (!runner) return;
  const git = trigger.repository.folder;
  const event = payloadOf(world, { ...trigger, event: trigger.eventName });
  for (const entry of await entriesIn(git, trigger.sha, folder)) {
    if (entry.type !== 'blob' || !/\.ya?ml$/.test(entry.path)) continue;
    if (trigger.workflow !== undefined && trigger.workflow !== entry.path) continue;
    const text = (await blob(git, entry.sha)).toString();
    let plan: PlannedWorkflow | null = null;
    let problem: string | null = null;
    try {
      plan = runner.plan(text, trigger.eventName, event, githubOf(trigger, entry.path));
    } catch (thrown) {
      problem = messageOf(thrown);
    }
    if (!plan && problem === null) continue;
    const run = addRun(world, trigger, event, { path: entry.path, text }, plan, problem);
    startAttempt(world, run, trigger.sender, { plan, execute: null, debug: false });
  }
}

/**
 * What is of no pull request: on a branch of the repository itself, under the title of its commit where none is
 * given.
 */
export async function startOnBranch(
  world: World,
  repository: Repository,
  branch: string,
  sha: string,
  event: Pick<Trigger, 'eventName' | 'body' | 'sender' | 'workflow'> &
    Partial<Pick<Trigger, 'action' | 'title'>>,
): Promise<void> {
  await startWorkflows(world, {
    action: null,
    ...event,
    title: event.title ?? firstLine((await commitInfo(repository.folder, sha)).message),
    repository,
    sha,
    ref: `refs/heads/${branch}`,
    headRepository: repository,
    headSha: sha,
    headBranch: branch,
    headRef: null,
    baseRef: null,
  });
}

export function firstLine(message: string): string {
  return message.split('\n')[0] ?? '';
}

/** What a workflow's own keys may read of the `github` context before it runs. */
function githubOf(trigger: Trigger, path: string): Readonly<Record<string, unknown>> {
  const { repository, ref, sha, headRef, baseRef, sender } = trigger;
  return {
    // a workflow without a name goes by its path
    workflow: path,
    repository: fullName(repository),
    ref,
    ref_name: ref.replace(/^refs\/(heads|tags|pull)\//, ''),
    sha,
    head_ref: headRef ?? '',
    base_ref: baseRef ?? '',
    actor: sender.login,
  };
}

function addRun(
  world: World,
  trigger: Trigger,
  event: Json,
  file: { readonly path: string; readonly text: string },
  plan: PlannedWorkflow | null,
  problem: string | null,
): Run {
  const { repository, headSha, headBranch } = trigger;
  const workflow = workflowAt(world, repository, file.path, plan?.name || file.path);
  workflow.runs += 1;
  const run: Run = {
    id: world.nextId(),
    repository,
    workflow,
    workflowText: file.text,
    number: workflow.runs,
    suite: addSuite(world, repository, actionsApp(world), headSha, headBranch, null),
    eventName: trigger.eventName,
    event,
    actor: trigger.sender,
    headRepository: trigger.headRepository,
    headSha,
    headBranch,
    sha: trigger.sha,
    ref: trigger.ref,
    headRef: trigger.headRef,
    baseRef: trigger.baseRef,
    title: trigger.title,
    createdAt: world.now(),
    updatedAt: world.now(),
    concurrency: plan?.concurrency ?? null,
    problem,
    attempts: [],
  };
  world.runs.set(run.id, run);
  return run;
}

function workflowAt(world: World, repository: Repository, path: string, name: string): Workflow {
  const known = repository.workflows.get(path);
  if (known) {
    known.name = name;
    return known;
  }
  const workflow: Workflow = { id: world.nextId(), path, name, createdAt: world.now(), runs: 0 };
  repository.workflows.set(path, workflow);
  return workflow;
}

import { startWorkflows } from '../actions/trigger.ts';
import { resolveCommit } from '../git/commit.ts';
import { git, tryGit } from '../git/git.ts';
import { commitsBetween, testMerge } from '../git/merge.ts';
import type { Account, Pull, Repository } from '../model.ts';
import { pullFull } from '../shapes/pull.ts';
import { publish } from '../webhooks/publish.ts';
import { sameName, type World } from '../world.ts';
import { mergeCommit, refuseUnmergeable } from './mergeable.ts';
import { invalid, Refusal } from './refusal.ts';
import { pushed } from './repositories.ts';

export interface PullRequest {
  readonly by: Account;
  /** `branch`, or `OWNER:branch` for a fork. */
  readonly head: string;
  readonly base: string;
  readonly title: string;
  readonly body: string | null;
  readonly draft?: boolean;
  readonly byJob?: boolean;
}

export async function openPull(world: World, repository: Repository, request: PullRequest): Promise<Pull> {
  const [owner, ref] = request.head.includes(':')
    ? [request.head.slice(0, request.head.indexOf(':')), request.head.slice(request.head.indexOf(':') + 1)]
    : [repository.owner.login, request.head];
  const headRepository = [...world.repositories.values()].find(
    (each) => sameName(each.owner.login, owner) && (each === repository || each.parent === repository),
  );
  const head = headRepository ? await resolveCommit(headRepository.folder, ref) : null;
  if (!headRepository || !head) throw invalid('PullRequest', 'head', 'invalid', '');
  const base = await resolveCommit(repository.folder, request.base);
  if (!base) throw invalid('PullRequest', 'base', 'invalid', '');
  const same = [...repository.pulls.values()].some(
    (pull) =>
      pull.state === 'open' &&
      pull.head.repository === headRepository &&
      pull.head.ref === ref &&
      pull.base.ref === request.base,
  );
  if (same) {
    throw invalid('PullRequest', 'head', 'custom', `A pull request already exists for ${owner}:${ref}.`);
  }
  const now = world.now();
  const pull: Pull = {
    id: world.nextId(),
    issueId: world.nextId(),
    number: repository.nextNumber,
    repository,
    author: request.by,
    createdAt: now,
    head: { repository: headRepository, ref, sha: head },
    base: { ref: request.base, sha: base },
    title: request.title,
    body: request.body,
    draft: request.draft ?? false,
    state: 'open',
    updatedAt: now,
    closedAt: null,
    mergedAt: null,
    mergedBy: null,
    mergeSha: null,
  };
  repository.nextNumber += 1;
  await refresh(world, pull);
  repository.pulls.set(pull.number, pull);
  await announce(world, pull, 'opened', request.by, {}, request.byJob ?? false);
  return pull;
}

/** Brings `refs/pull/N/head`, the base and the test merge up to date. */
async function refresh(world: World, pull: Pull): Promise<void> {
  const { folder } = pull.repository;
  const ref = `refs/pull/${pull.number}`;
  if (pull.head.repository === pull.repository) {
    await git(folder, ['update-ref', `${ref}/head`, pull.head.sha]);
  } else {
    const from = `+refs/heads/${pull.head.ref}:${ref}/head`;
    await git(folder, ['fetch', '--quiet', '--no-tags', pull.head.repository.folder, from]);
  }
  pull.base.sha = (await resolveCommit(folder, pull.base.ref)) ?? pull.base.sha;
  const message = `Merge ${pull.head.sha} into ${pull.base.sha}`;
  pull.mergeSha = await testMerge(folder, pull.base.sha, pull.head.sha, message, world.now());
  if (pull.mergeSha) await git(folder, ['update-ref', `${ref}/merge`, pull.mergeSha]);
  else await tryGit(folder, ['update-ref', '-d', `${ref}/merge`]);
}

type Announced =
  | 'opened'
  | 'synchronize'
  | 'reopened'
  | 'closed'
  | 'edited'
  | 'converted_to_draft'
  | 'ready_for_review';

/** Webhook, then the workflows that listen to it. On a conflict GitHub starts none: there is no merge to test. */
async function announce(
  world: World,
  pull: Pull,
  action: Announced,
  by: Account,
  extra: Record<string, unknown>,
  byJob: boolean,
): Promise<void> {
  const body = { number: pull.number, ...extra, pull_request: await pullFull(world, pull) };
  const { repository } = pull;
  publish(world, { event: 'pull_request', action, repository, sender: by, body });
  if (byJob || pull.mergeSha === null) return;
  await startWorkflows(world, {
    repository,
    eventName: 'pull_request',
    action,
    body,
    sender: by,
    sha: pull.mergeSha,
    ref: `refs/pull/${pull.number}/merge`,
    headRepository: pull.head.repository,
    headSha: pull.head.sha,
    headBranch: pull.head.ref,
    headRef: pull.head.ref,
    baseRef: pull.base.ref,
    title: pull.title,
  });
}

/** After a push: open pull requests from that branch get new commits, those into it a new test merge. */
export async function syncPulls(
  world: World,
  repository: Repository,
  branch: string,
  before: string | null,
  after: string,
  by: Account,
  byJob: boolean,
): Promise<void> {
  for (const each of world.repositories.values()) {
    for (const pull of each.pulls.values()) {
      if (pull.state !== 'open') continue;
      if (pull.head.repository === repository && pull.head.ref === branch && pull.head.sha !== after) {
        pull.head.sha = after;
        pull.updatedAt = world.now();
        await refresh(world, pull);
        await announce(world, pull, 'synchronize', by, { before, after }, byJob);
      } else if (each === repository && pull.base.ref === branch) {
        await refresh(world, pull);
      }
    }
  }
}

export async function editPull(
  world: World,
  pull: Pull,
  by: Account,
  change: { readonly title?: string; readonly body?: string; readonly base?: string },
): Promise<void> {
  const changes: Record<string, unknown> = {};
  if (change.title !== undefined && change.title !== pull.title) {
    changes.title = { from: pull.title };
    pull.title = change.title;
  }
  if (change.body !== undefined && change.body !== pull.body) {
    changes.body = { from: pull.body ?? '' };
    pull.body = change.body;
  }
  if (change.base !== undefined && change.base !== pull.base.ref) {
    if (!(await resolveCommit(pull.repository.folder, change.base))) {
      throw invalid('PullRequest', 'base', 'invalid', '');
    }
    changes.base = { ref: { from: pull.base.ref }, sha: { from: pull.base.sha } };
    pull.base.ref = change.base;
    await refresh(world, pull);
  }
  if (Object.keys(changes).length === 0) return;
  pull.updatedAt = world.now();
  await announce(world, pull, 'edited', by, { changes }, false);
}

/** Draft, or ready to be reviewed. */
export async function setDraft(world: World, pull: Pull, by: Account, draft: boolean): Promise<void> {
  if (pull.draft === draft) return;
  pull.draft = draft;
  pull.updatedAt = world.now();
  await announce(world, pull, draft ? 'converted_to_draft' : 'ready_for_review', by, {}, false);
}

export async function setPullState(
  world: World,
  pull: Pull,
  by: Account,
  state: 'open' | 'closed',
): Promise<void> {
  if (pull.state === state) return;
  if (pull.mergedAt)
    throw invalid('PullRequest', 'state', 'invalid', 'state cannot be changed. The pull request is merged.');
  const now = world.now();
  pull.state = state;
  pull.updatedAt = now;
  pull.closedAt = state === 'closed' ? now : null;
  if (state === 'open') {
    pull.head.sha = (await resolveCommit(pull.head.repository.folder, pull.head.ref)) ?? pull.head.sha;
    await refresh(world, pull);
  }
  await announce(world, pull, state === 'open' ? 'reopened' : 'closed', by, {}, false);
}

/** Merges with a merge commit, refused as GitHub refuses while a required check is not green. */
export async function mergePull(world: World, pull: Pull, by: Account, sha: string | null): Promise<string> {
  if (pull.state === 'closed') throw new Refusal(405, 'Pull Request is not mergeable');
  if (sha !== null && sha !== pull.head.sha) {
    throw new Refusal(409, 'Head branch was modified. Review and try the merge again.');
  }
  refuseUnmergeable(world, pull);
  const before = pull.base.sha;
  const commit = await mergeCommit(world, pull, before);
  await git(pull.repository.folder, ['update-ref', `refs/heads/${pull.base.ref}`, commit, before]);
  await merged(world, pull, by, before, commit);
  return commit;
}

/** What follows once the base has the merge commit. */
export async function merged(
  world: World,
  pull: Pull,
  by: Account,
  before: string,
  commit: string,
): Promise<void> {
  const now = world.now();
  pull.state = 'closed';
  pull.closedAt = now;
  pull.updatedAt = now;
  pull.mergedAt = now;
  pull.mergedBy = by;
  pull.mergeSha = commit;
  await announce(world, pull, 'closed', by, {}, false);
  await pushed(world, pull.repository, pull.base.ref, before, commit, by, false);
}

/** Whether any commit of the pull request is this one; used for "pulls of a commit". */
export async function contains(pull: Pull, sha: string): Promise<boolean> {
  const { folder } = pull.repository;
  if (pull.head.sha === sha || pull.mergeSha === sha) return true;
  return (await commitsBetween(folder, pull.base.sha, pull.head.sha)).includes(sha);
}

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { JitError } from '../../errors.ts';
import { firstLine, startOnBranch } from '../actions/trigger.ts';
import { commitFiles, type FileChange, resolveCommit } from '../git/commit.ts';
import { git } from '../git/git.ts';
import { commitInfo } from '../git/read.ts';
import { branchHead } from '../git/refs.ts';
import type { Account, Repository, Role } from '../model.ts';
import { headCommit } from '../shapes/commit.ts';
import { repositoryPage } from '../shapes/repository.ts';
import { publish } from '../webhooks/publish.ts';
import { fullName, type World } from '../world.ts';
import { requestSuites } from './check-suites.ts';
import { syncPulls } from './pulls.ts';

export interface RepositoryRequest {
  readonly owner: Account;
  readonly name: string;
  readonly private: boolean;
  readonly defaultBranch: string;
  readonly files: Readonly<Record<string, FileChange>>;
  readonly collaborators: ReadonlyMap<number, Role>;
  readonly secrets: Readonly<Record<string, string>>;
}

/** A real bare repository with one commit. Its making sends no webhook and starts no workflow. */
export async function addRepository(world: World, request: RepositoryRequest): Promise<Repository> {
  const folder = join(world.folder, `${world.nextId()}.git`);
  await mkdir(folder, { recursive: true });
  await git(folder, ['init', '--quiet', '--bare', '--initial-branch', request.defaultBranch]);
  const repository = record(world, request, folder, null);
  await commitFiles(folder, {
    branch: request.defaultBranch,
    parent: null,
    files: request.files,
    message: 'Initial commit',
    author: signature(request.owner),
    at: world.now(),
  });
  return repository;
}

export async function forkRepository(world: World, parent: Repository, owner: Account): Promise<Repository> {
  const folder = join(world.folder, `${world.nextId()}.git`);
  await git(world.folder, ['clone', '--quiet', '--bare', parent.folder, folder]);
  const { name, private: hidden, defaultBranch } = parent;
  return record(
    world,
    { owner, name, private: hidden, defaultBranch, files: {}, collaborators: new Map(), secrets: {} },
    folder,
    parent,
  );
}

function record(
  world: World,
  request: RepositoryRequest,
  folder: string,
  parent: Repository | null,
): Repository {
  if (world.repository(request.owner.login, request.name)) {
    throw new JitError('sandbox-setup', `${request.owner.login}/${request.name} exists already`);
  }
  const repository: Repository = {
    id: world.nextId(),
    owner: request.owner,
    name: request.name,
    private: request.private,
    defaultBranch: request.defaultBranch,
    description: null,
    createdAt: world.now(),
    pushedAt: world.now(),
    folder,
    parent,
    collaborators: new Map(request.collaborators),
    protection: new Map(),
    secrets: { ...request.secrets },
    pulls: new Map(),
    queue: [],
    workflows: new Map(),
    nextNumber: 1,
  };
  world.repositories.set(repository.id, repository);
  world.formerNames.delete(fullName(repository).toLowerCase());
  return repository;
}

/** GitHub links a commit to an account by its e-mail; the free text of a commit proves nothing. */
function signature(account: Account): { readonly name: string; readonly email: string } {
  return { name: account.name ?? account.login, email: `${account.login}@users.noreply.github.test` };
}

export interface PushRequest {
  readonly branch: string;
  readonly by: Account;
  readonly files: Readonly<Record<string, FileChange>>;
  readonly message: string;
  /** Where a new branch starts; default branch when absent. A commit or branch with `force` resets the branch. */
  readonly from?: string;
  readonly force?: boolean;
  /** Pushed with GITHUB_TOKEN: starts no workflow. */
  readonly byJob?: boolean;
}

/** Commits files to a branch and does all that a push sets off. */
export async function push(world: World, repository: Repository, request: PushRequest): Promise<string> {
  const { folder } = repository;
  const before = await branchHead(folder, request.branch);
  const start = request.from ?? repository.defaultBranch;
  const parent = before && !request.force ? before : await resolveCommit(folder, start);
  if (!parent) throw new JitError('sandbox-setup', `${start} is no commit of ${repository.name}`);
  const empty = Object.keys(request.files).length === 0;
  if (empty) await git(folder, ['update-ref', `refs/heads/${request.branch}`, parent]);
  const after = empty
    ? parent
    : await commitFiles(folder, {
        branch: request.branch,
        parent,
        files: request.files,
        message: request.message,
        author: signature(request.by),
        at: world.now(),
      });
  await pushed(world, repository, request.branch, before, after, request.by, request.byJob ?? false);
  return after;
}

const nothing = '0'.repeat(40);

/** What follows from a branch pointing somewhere else: push event, check suites, workflows, pull requests. */
export async function pushed(
  world: World,
  repository: Repository,
  branch: string,
  before: string | null,
  after: string,
  by: Account,
  byJob: boolean,
): Promise<void> {
  repository.pushedAt = world.now();
  const page = repositoryPage(world, repository);
  const commit = await headCommit(repository, after);
  const info = await commitInfo(repository.folder, after);
  const described = {
    ...commit,
    distinct: true,
    url: `${page}/commit/${after}`,
    added: [],
    modified: [],
    removed: [],
  };
  const body = {
    ref: `refs/heads/${branch}`,
    before: before ?? nothing,
    after,
    base_ref: null,
    created: before === null,
    deleted: false,
    forced: before !== null && !info.parents.includes(before),
    compare: `${page}/compare/${(before ?? nothing).slice(0, 12)}...${after.slice(0, 12)}`,
    commits: [described],
    head_commit: described,
    pusher: { name: by.login, email: signature(by).email },
  };
  publish(world, { event: 'push', action: null, repository, sender: by, body });
  await requestSuites(world, repository, branch, before, after, by);
  await syncPulls(world, repository, branch, before, after, by, byJob);
  if (byJob) return;
  const title = firstLine(info.message);
  await startOnBranch(world, repository, branch, after, { eventName: 'push', body, sender: by, title });
}

import { diffFiles, type FileDiff } from '../git/diff.ts';
import { type CommitInfo, commitInfo } from '../git/read.ts';
import type { Queued, Repository } from '../model.ts';
import type { World } from '../world.ts';
import { type Json, nodeId, simpleUser } from './account.ts';
import { repositoryApi, repositoryPage } from './repository.ts';

/** Commits made here carry `LOGIN@users.noreply…`: GitHub links a commit to an account by its e-mail. */
function accountOf(world: World, email: string): Json | null {
  const account = world.account(email.replace(/@.*$/, ''));
  return account ? simpleUser(world, account) : null;
}

const unsigned = { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null };

export function commitShape(world: World, repository: Repository, info: CommitInfo): Json {
  const api = repositoryApi(world, repository);
  const page = repositoryPage(world, repository);
  return {
    sha: info.sha,
    node_id: nodeId('Commit', repository.id) + info.sha.slice(0, 8),
    url: `${api}/commits/${info.sha}`,
    html_url: `${page}/commit/${info.sha}`,
    comments_url: `${api}/commits/${info.sha}/comments`,
    commit: {
      url: `${api}/git/commits/${info.sha}`,
      author: info.author,
      committer: info.committer,
      message: info.message,
      tree: { sha: info.tree, url: `${api}/git/trees/${info.tree}` },
      comment_count: 0,
      verification: unsigned,
    },
    author: accountOf(world, info.author.email),
    committer: accountOf(world, info.committer.email),
    parents: info.parents.map((sha) => ({
      sha,
      url: `${api}/commits/${sha}`,
      html_url: `${page}/commit/${sha}`,
    })),
  };
}

export function fileShape(world: World, repository: Repository, ref: string, file: FileDiff): Json {
  const path = file.filename.split('/').map(encodeURIComponent).join('/');
  return {
    sha: file.sha,
    filename: file.filename,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${repositoryPage(world, repository)}/blob/${ref}/${path}`,
    raw_url: `${repositoryPage(world, repository)}/raw/${ref}/${path}`,
    contents_url: `${repositoryApi(world, repository)}/contents/${path}?ref=${ref}`,
    ...(file.patch === null ? {} : { patch: file.patch }),
    ...(file.previous === null ? {} : { previous_filename: file.previous }),
  };
}

/** The empty tree, which a root commit is compared with. */
const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

/** A commit by its own address: with statistics and files. */
export async function commitWithFiles(world: World, repository: Repository, sha: string): Promise<Json> {
  const info = await commitInfo(repository.folder, sha);
  const files = await diffFiles(repository.folder, info.parents[0] ?? emptyTree, sha);
  const additions = files.reduce((sum, file) => sum + file.additions, 0);
  const deletions = files.reduce((sum, file) => sum + file.deletions, 0);
  return {
    ...commitShape(world, repository, info),
    stats: { total: additions + deletions, additions, deletions },
    files: files.map((file) => fileShape(world, repository, sha, file)),
  };
}

/** The short form inside workflow runs and check suites. */
export async function headCommit(repository: Repository, sha: string): Promise<Json> {
  const info = await commitInfo(repository.folder, sha);
  return {
    id: info.sha,
    tree_id: info.tree,
    message: info.message,
    timestamp: info.author.date,
    author: { name: info.author.name, email: info.author.email },
    committer: { name: info.committer.name, email: info.committer.email },
  };
}

export async function mergeGroup({ pull, branch, base, parent, head }: Queued): Promise<Json> {
  return {
    head_sha: head,
    head_ref: `refs/heads/${branch}`,
    base_sha: parent,
    base_ref: `refs/heads/${base}`,
    head_commit: await headCommit(pull.repository, head),
  };
}

import { contains } from '../../domain/pulls.ts';
import { notFound, Refusal } from '../../domain/refusal.ts';
import { legacyPermission, roleOf } from '../../domain/roles.ts';
import { resolveCommit } from '../../git/commit.ts';
import { diffFiles } from '../../git/diff.ts';
import { gitLine, tryGit } from '../../git/git.ts';
import { commitsBetween, mergeBase } from '../../git/merge.ts';
import { branches, commitInfo } from '../../git/read.ts';
import { branchHead } from '../../git/refs.ts';
import type { Account, Pull, Repository } from '../../model.ts';
import { nodeId, simpleUser } from '../../shapes/account.ts';
import { commitShape, commitWithFiles, fileShape } from '../../shapes/commit.ts';
import { pullSimple } from '../../shapes/pull.ts';
import { repositoryApi, repositoryFull, repositoryPage } from '../../shapes/repository.ts';
import { sameName } from '../../world.ts';
import type { Call } from '../call.ts';
import { type Handler, ok, paged, type Reply } from '../reply.ts';

function readable(call: Call): Repository {
  const { repository } = call;
  call.need(repository, 'contents', 'read', 'read');
  return repository;
}

/** The commit that a `ref` of the address names; GitHub answers 422 for one that does not exist. */
export async function commitOf(repository: Repository, ref: string): Promise<string> {
  const pull = /^pull\/(\d+)\/(head|merge)$/.exec(ref.replace(/^refs\//, ''));
  const name = pull ? `refs/pull/${pull[1] ?? ''}/${pull[2] ?? ''}` : ref.replace(/^refs\//, '');
  const sha = await resolveCommit(repository.folder, name);
  if (!sha) throw new Refusal(422, `No commit found for SHA: ${ref}`);
  return sha;
}

function branchRules(repository: Repository, name: string) {
  const required = repository.protection.get(name) ?? [];
  return {
    enabled: required.length > 0,
    required_status_checks: {
      enforcement_level: required.length > 0 ? 'non_admins' : 'off',
      contexts: required.map((each) => each.name),
      checks: required.map((each) => ({ context: each.name, app_id: each.appId })),
    },
  };
}

async function branch(call: Call): Promise<Reply> {
  const repository = readable(call);
  const name = call.word('branch');
  const head = await branchHead(repository.folder, name);
  if (head === null) throw new Refusal(404, 'Branch not found');
  const url = `${repositoryApi(call.world, repository)}/branches/${name}`;
  return ok({
    name,
    commit: commitShape(call.world, repository, await commitInfo(repository.folder, head)),
    _links: { html: `${repositoryPage(call.world, repository)}/tree/${name}`, self: url },
    protected: repository.protection.has(name),
    protection: branchRules(repository, name),
    protection_url: `${url}/protection`,
  });
}

/** Pull requests of a commit. A fork's are answered by the fork's parent only for commits that it has itself. */
async function pullsOfCommit(call: Call): Promise<Reply> {
  const { repository } = call;
  call.need(repository, 'pull_requests', 'read', 'read');
  const sha = call.word('commit_sha');
  const found: Pull[] = [];
  for (const each of call.world.repositories.values()) {
    for (const pull of each.pulls.values()) {
      // Asked at the base, a fork's pull request is not found; asked at the fork, it is.
      const here = pull.head.repository === repository && (await contains(pull, sha));
      if (here || (pull.repository === repository && pull.mergedAt !== null && pull.mergeSha === sha)) {
        found.push(pull);
      }
    }
  }
  return paged(call, found, (pull) => pullSimple(call.world, pull));
}

async function compare(call: Call): Promise<Reply> {
  const repository = readable(call);
  const { folder } = repository;
  const base = await resolveCommit(folder, call.word('base'));
  const head = await resolveCommit(folder, call.word('head').replace(/^[^:]*:/, ''));
  if (!base || !head) throw notFound();
  const ancestor = await mergeBase(folder, base, head);
  if (!ancestor)
    throw new Refusal(404, `No common ancestor between ${call.word('base')} and ${call.word('head')}.`);
  const ahead = await commitsBetween(folder, base, head);
  const behind = await commitsBetween(folder, head, base);
  const show = async (sha: string) => commitShape(call.world, repository, await commitInfo(folder, sha));
  const api = `${repositoryApi(call.world, repository)}/compare/${base}...${head}`;
  const page = `${repositoryPage(call.world, repository)}/compare/${base}...${head}`;
  const status =
    ahead.length > 0
      ? behind.length > 0
        ? 'diverged'
        : 'ahead'
      : behind.length > 0
        ? 'behind'
        : 'identical';
  return ok({
    url: api,
    html_url: page,
    permalink_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    base_commit: await show(base),
    merge_base_commit: await show(ancestor),
    status,
    ahead_by: ahead.length,
    behind_by: behind.length,
    total_commits: ahead.length,
    commits: await Promise.all(ahead.map(show)),
    files: (await diffFiles(folder, ancestor, head)).map((file) =>
      fileShape(call.world, repository, head, file),
    ),
  });
}

function person(call: Call): Account {
  const account = call.world.account(call.word('username'));
  if (!account || account.suspended) throw notFound();
  return account;
}

function permission(call: Call): Reply {
  const { repository } = call;
  call.need(repository, 'metadata', 'read', 'write');
  const account = person(call);
  const role = roleOf(call.world, repository, account);
  const level = legacyPermission(role);
  const names = ['read', 'triage', 'write', 'maintain', 'admin'];
  const rank = role ? names.indexOf(role.base) : -1;
  return ok({
    permission: level,
    role_name: role?.name ?? 'none',
    user: {
      ...simpleUser(call.world, account),
      role_name: role?.name ?? 'none',
      permissions: {
        pull: rank >= 0,
        triage: rank >= 1,
        push: rank >= 2,
        maintain: rank >= 3,
        admin: rank >= 4,
      },
    },
  });
}

function refShape(call: Call, repository: Repository, ref: string, sha: string) {
  const api = repositoryApi(call.world, repository);
  return {
    ref,
    node_id: nodeId('Ref', repository.id),
    url: `${api}/git/${ref}`,
    object: { type: 'commit', sha, url: `${api}/git/commits/${sha}` },
  };
}

export const repositoryHandlers: Readonly<Record<string, Handler>> = {
  'repos/get': (call) => {
    const { repository } = call;
    call.need(repository, 'metadata', 'read', 'read');
    return ok(repositoryFull(call.world, repository));
  },
  'repos/list-branches': async (call) => {
    const repository = readable(call);
    return paged(call, await branches(repository.folder), (each) => ({
      name: each.name,
      commit: { sha: each.sha, url: `${repositoryApi(call.world, repository)}/commits/${each.sha}` },
      protected: repository.protection.has(each.name),
    }));
  },
  'repos/get-branch': branch,
  'repos/get-commit': async (call) => {
    const repository = readable(call);
    const sha = await commitOf(repository, call.word('ref'));
    return ok(await commitWithFiles(call.world, repository, sha));
  },
  'repos/list-commits': async (call) => {
    const repository = readable(call);
    const start = await resolveCommit(repository.folder, call.asked('sha') ?? repository.defaultBranch);
    if (!start) throw notFound();
    const path = call.asked('path');
    const out = await gitLine(repository.folder, ['rev-list', start, ...(path ? ['--', path] : [])]);
    return paged(call, out === '' ? [] : out.split('\n'), async (sha) =>
      commitShape(call.world, repository, await commitInfo(repository.folder, sha)),
    );
  },
  'repos/list-pull-requests-associated-with-commit': pullsOfCommit,
  'repos/compare-commits': compare,
  'repos/get-collaborator-permission-level': permission,
  'repos/check-collaborator': (call) => {
    const { repository } = call;
    call.need(repository, 'metadata', 'read', 'write');
    const account = person(call);
    const owns = sameName(repository.owner.login, account.login);
    if (!owns && !repository.collaborators.has(account.id)) throw notFound();
    return { status: 204 };
  },
  'git/get-ref': async (call) => {
    const repository = readable(call);
    const ref = `refs/${call.word('ref')}`;
    const found = await tryGit(repository.folder, ['rev-parse', '--verify', '--quiet', ref]);
    if (found.code !== 0) throw notFound();
    const sha = found.stdout.toString().trim();
    return ok(refShape(call, repository, ref, sha));
  },
  'git/list-matching-refs': async (call) => {
    const repository = readable(call);
    const prefix = call.word('ref').replace(/^heads\//, '');
    const found = (await branches(repository.folder)).filter(
      ({ name }) => call.word('ref').startsWith('heads/') && name.startsWith(prefix),
    );
    return ok(found.map(({ name, sha }) => refShape(call, repository, `refs/heads/${name}`, sha)));
  },
};

import { editPull, mergePull, openPull, setPullState } from '../../domain/pulls.ts';
import { forbidden, notFound } from '../../domain/refusal.ts';
import { atLeast, roleOf } from '../../domain/roles.ts';
import { diffFiles } from '../../git/diff.ts';
import { commitsBetween, mergeBase } from '../../git/merge.ts';
import { commitInfo } from '../../git/read.ts';
import type { Pull } from '../../model.ts';
import { commitShape, fileShape } from '../../shapes/commit.ts';
import { issueShape, pullFull, pullSimple } from '../../shapes/pull.ts';
import type { Call } from '../call.ts';
import { created, type Handler, ok, paged, type Reply } from '../reply.ts';
import { reviewHandlers } from './reviews.ts';

function pullOf(call: Call, level: 'read' | 'write' = 'read'): Pull {
  const { repository } = call;
  call.need(repository, 'pull_requests', level, 'read');
  const pull = repository.pulls.get(call.id('pull_number'));
  if (!pull) throw notFound();
  return pull;
}

function list(call: Call): Promise<Reply> {
  const { repository } = call;
  call.need(repository, 'pull_requests', 'read', 'read');
  const state = call.asked('state') ?? 'open';
  const head = call.asked('head');
  const base = call.asked('base');
  const found = [...repository.pulls.values()]
    .filter((pull) => state === 'all' || pull.state === state)
    .filter((pull) => head === null || head === `${pull.head.repository.owner.login}:${pull.head.ref}`)
    .filter((pull) => base === null || base === pull.base.ref);
  const sort = call.asked('sort') ?? 'created';
  const key = (pull: Pull) => (sort === 'updated' ? pull.updatedAt : pull.createdAt).getTime();
  const falling = (call.asked('direction') ?? (sort === 'created' ? 'desc' : 'asc')) === 'desc';
  found.sort((a, b) => (key(a) - key(b) || a.number - b.number) * (falling ? -1 : 1));
  return paged(call, found, (pull) => pullSimple(call.world, pull));
}

/** The author and whoever may write can change a pull request. */
function mayChange(call: Call, pull: Pull): void {
  if (call.viewer.kind !== 'token' || call.viewer.token.kind !== 'user') return;
  const { user } = call.viewer.token;
  if (user === pull.author || atLeast(roleOf(call.world, pull.repository, user), 'write')) return;
  throw forbidden('Must have push access to repository.');
}

async function update(call: Call): Promise<Reply> {
  const pull = pullOf(call, 'write');
  mayChange(call, pull);
  const [title, body, base] = [call.text('title'), call.text('body'), call.text('base')];
  await editPull(call.world, pull, call.actor, {
    ...(title === undefined ? {} : { title }),
    ...(body === undefined ? {} : { body }),
    ...(base === undefined ? {} : { base }),
  });
  const state = call.text('state');
  if (state === 'open' || state === 'closed') await setPullState(call.world, pull, call.actor, state);
  return ok(await pullFull(call.world, pull));
}

export const pullHandlers: Readonly<Record<string, Handler>> = {
  'pulls/list': list,
  'pulls/get': async (call) => ok(await pullFull(call.world, pullOf(call))),
  'issues/get': (call) => {
    const { repository } = call;
    const byIssue =
      call.viewer.kind === 'token' && call.viewer.token.kind !== 'user'
        ? call.viewer.token.permissions.issues
        : 'read';
    call.need(repository, byIssue ? 'issues' : 'pull_requests', 'read', 'read');
    const pull = repository.pulls.get(call.id('issue_number'));
    if (!pull) throw notFound();
    return ok(issueShape(call.world, pull));
  },
  'pulls/create': async (call) => {
    const { repository } = call;
    call.need(repository, 'pull_requests', 'write', 'read');
    const pull = await openPull(call.world, repository, {
      by: call.actor,
      head: call.text('head') ?? '',
      base: call.text('base') ?? '',
      title: call.text('title') ?? '',
      body: call.text('body') ?? null,
      draft: call.body.draft === true,
      byJob: call.byJob,
    });
    return created(await pullFull(call.world, pull));
  },
  'pulls/update': update,
  'pulls/merge': async (call) => {
    const pull = pullOf(call);
    call.need(pull.repository, 'contents', 'write', 'write');
    const sha = await mergePull(call.world, pull, call.actor, call.text('sha') ?? null);
    return ok({ sha, merged: true, message: 'Pull Request successfully merged' });
  },
  'pulls/list-files': async (call) => {
    const pull = pullOf(call);
    const { folder } = pull.repository;
    const from = (await mergeBase(folder, pull.base.sha, pull.head.sha)) ?? pull.base.sha;
    return paged(call, await diffFiles(folder, from, pull.head.sha), (file) =>
      fileShape(call.world, pull.repository, pull.head.sha, file),
    );
  },
  ...reviewHandlers(pullOf),
  'pulls/list-commits': async (call) => {
    const pull = pullOf(call);
    const { folder } = pull.repository;
    return paged(call, await commitsBetween(folder, pull.base.sha, pull.head.sha), async (sha) =>
      commitShape(call.world, pull.repository, await commitInfo(folder, sha)),
    );
  },
};

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refused } from './help/refused.ts';
import { octokitFor, type Scene, scene } from './help/scene.ts';

const repo = { owner: 'acme', repo: 'shop' };

async function head(it: Scene): Promise<string> {
  return (await it.octokit.rest.git.getRef({ ...repo, ref: 'heads/main' })).data.object.sha;
}

function note(line: number) {
  return {
    path: 'a',
    start_line: line,
    end_line: line,
    annotation_level: 'warning' as const,
    message: `m${line}`,
  };
}

test('annotations come in batches of at most fifty and are only ever added', async () => {
  await using it = await scene();
  const output = (from: number, count: number) => ({
    title: 't',
    summary: 's',
    annotations: Array.from({ length: count }, (_, index) => note(from + index)),
  });
  const base = { ...repo, name: 'x', head_sha: await head(it) };
  await refused(
    it.octokit.rest.checks.create({ ...base, output: output(1, 51) }),
    422,
    /No more than 50 items/,
  );
  const { data } = await it.octokit.rest.checks.create({ ...base, output: output(1, 50) });
  await it.octokit.rest.checks.update({ ...repo, check_run_id: data.id, output: output(51, 20) });
  const all = await it.octokit.paginate(it.octokit.rest.checks.listAnnotations, {
    ...repo,
    check_run_id: data.id,
  });
  assert.deepEqual(
    all.map((each) => each.start_line),
    Array.from({ length: 70 }, (_, index) => index + 1),
  );
});

test('only the app that made a check run changes it', async () => {
  await using it = await scene();
  const { data } = await it.octokit.rest.checks.create({ ...repo, name: 'x', head_sha: await head(it) });
  const job = octokitFor(it.sandbox, it.sandbox.create.jobToken('acme/shop', { checks: 'write' }));
  const change = { ...repo, check_run_id: data.id, conclusion: 'success' } as const;
  await refused(
    job.rest.checks.update(change),
    403,
    /can only be modified by the GitHub App that created it/,
  );
  const person = octokitFor(it.sandbox, it.sandbox.create.token('alice'));
  await refused(person.rest.checks.update(change), 403, /authenticate via a GitHub App/);
  await it.octokit.rest.checks.update(change);
});

test('buttons keep to three, and to 20, 40 and 20 characters', async () => {
  await using it = await scene();
  const create = async (actions: { label: string; description: string; identifier: string }[]) =>
    it.octokit.rest.checks.create({ ...repo, name: 'x', head_sha: await head(it), actions });
  const button = { label: 'l'.repeat(20), description: 'd'.repeat(40), identifier: 'i'.repeat(20) };
  await create([button, button, button]);
  await refused(create([button, button, button, button]), 422, /No more than 3 items/);
  await refused(create([{ ...button, label: 'l'.repeat(21) }]), 422, /only 20 characters/);
  await refused(create([{ ...button, identifier: 'i'.repeat(21) }]), 422, /only 20 characters/);
  await refused(create([{ ...button, description: 'd'.repeat(41) }]), 422, /only 40 characters/);
});

test('a check run on a commit that does not exist is refused', async () => {
  await using it = await scene();
  const call = it.octokit.rest.checks.create({ ...repo, name: 'x', head_sha: 'f'.repeat(40) });
  await refused(call, 422, /No commit found for SHA/);
});

test('completed needs a conclusion, and a conclusion completes', async () => {
  await using it = await scene();
  const base = { ...repo, name: 'x', head_sha: await head(it) };
  const without = it.octokit.request('POST /repos/{owner}/{repo}/check-runs', {
    ...base,
    status: 'completed',
  });
  await refused(without, 422, /conclusion/);
  const { data } = await it.octokit.rest.checks.create({ ...base, conclusion: 'neutral' });
  assert.equal(data.status, 'completed');
});

test('a list shows the newest of each name, or all, of one app when asked', async () => {
  await using it = await scene();
  const ref = await head(it);
  for (const name of ['a', 'a', 'b']) await it.octokit.rest.checks.create({ ...repo, name, head_sha: ref });
  const job = octokitFor(it.sandbox, it.sandbox.create.jobToken('acme/shop', { checks: 'write' }));
  await job.rest.checks.create({ ...repo, name: 'a', head_sha: ref });
  const count = async (query: object) =>
    (await it.octokit.rest.checks.listForRef({ ...repo, ref, ...query })).data.total_count;
  assert.equal(await count({}), 3);
  assert.equal(await count({ filter: 'all' }), 4);
  assert.equal(await count({ filter: 'all', app_id: it.appId }), 3);
  assert.equal(await count({ check_name: 'a', app_id: 15368 }), 1);
});

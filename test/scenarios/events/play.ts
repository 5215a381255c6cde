import assert from 'node:assert/strict';
import { answerTo } from '../../../src/sandbox/demo/scenes.ts';
import { until } from '../../../src/sandbox/demo/until.ts';
import type { Pull } from '../../../src/sandbox/model.ts';
import type { Run } from '../../../src/sandbox/run-model.ts';
import type { Ground } from './ground.ts';

/** A pull request of the author's branch `feature`; mallory's, where the head is `mallory:feature`. */
export async function pullIn(
  { sandbox: { act } }: Ground,
  repository: string,
  head = 'feature',
  author = 'alan',
): Promise<Pull> {
  const files = { 'feature.txt': 'new\n' };
  const fork = head.includes(':');
  const [by, place] = fork ? ['mallory', repository.replace(/^\w+/, 'mallory')] : [author, repository];
  await act.push(place, by, { branch: 'feature', from: 'main', message: 'A feature', files });
  return act.openPull(repository, by, { head, title: 'A feature' });
}

export function ended(ground: Ground, repository: string, event: string, attempt = 1): Promise<Run> {
  return until(`attempt ${attempt} of ${event} in ${repository} ends`, () => {
    const run = ground.sandbox.read.runs(repository).findLast((each) => each.eventName === event);
    return run?.attempts.find(({ number }) => number === attempt)?.status === 'completed' ? run : null;
  });
}

/** Waits for the checks of what is held, and has grace approve it all. */
export async function approve(ground: Ground, repository: string, pull: Pull, count = 1): Promise<void> {
  const { sandbox } = ground;
  const prefix = 'JIT approval / ';
  const held = await until('what is held has its checks', () => {
    const checks = sandbox.read
      .checks(repository, pull.head.sha)
      .filter((check) => check.name.startsWith(prefix) && check.conclusion === 'action_required');
    return checks.length === count ? checks : null;
  });
  // the App tells people once the run is over; whoever answers before would be answered first
  await until('people are told', () =>
    sandbox.read.comments(pull).some(({ body }) => body.includes(`Approve or deny ${count} runtime`)),
  );
  const ids = held.map((check) => check.name.slice(prefix.length)).sort();
  const comment = sandbox.act.comment('grace', pull, `/approve ${ids.join(' ')}`);
  const { reaction, words } = await answerTo(sandbox, pull, comment);
  assert.equal(reaction, '+1', words ?? '');
}

/** Waits for the gate's word on the head and, where one is given, for the comment, which the App writes last. */
export async function settled(
  ground: Ground,
  pull: Pull,
  conclusion: string,
  comment: RegExp | null,
): Promise<void> {
  const { read } = ground.sandbox;
  const repository = `${pull.repository.owner.login}/${pull.repository.name}`;
  await until(`the gate of ${repository} is ${conclusion}`, () =>
    read
      .checks(repository, pull.head.sha)
      .some((check) => check.name === 'JIT approval: main' && check.conclusion === conclusion),
  );
  if (comment === null) return;
  await until(
    `${repository} has the comment ${comment.source}, and no older one that is not folded away`,
    () => {
      const open = read
        .comments(pull)
        .filter(
          ({ body, minimized, author }) =>
            minimized === null && /bot/i.test(author.login) && /^###/.test(body),
        );
      const [only, ...others] = open;
      return (
        only !== undefined &&
        others.length === 0 &&
        comment.test(only.body) &&
        !only.body.includes('is in progress')
      );
    },
  );
}

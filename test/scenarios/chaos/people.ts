import { until } from '../../../src/sandbox/demo/until.ts';
import type { Comment, Pull } from '../../../src/sandbox/model.ts';
import type { CheckRun } from '../../../src/sandbox/run-model.ts';
import { idOf, repository, type Stage } from '../../app/help/stage.ts';
import type { Story } from './stories.ts';

/**
 * Plays every story to its end, at most `atOnce` at a time. People act on what they see, as they do, and wait for it
 * `patienceMs` at most.
 */
export async function playAll(
  scene: Stage,
  all: readonly Story[],
  atOnce: number,
  patienceMs: number,
): Promise<void> {
  const waiting = [...all];
  const one = async () => {
    for (let story = waiting.shift(); story !== undefined; story = waiting.shift())
      await play(scene, story, patienceMs);
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}

async function play(scene: Stage, story: Story, patienceMs: number): Promise<void> {
  const { act } = scene.sandbox;
  const { branch, kind, maintainer } = story;
  const ids = story.users.map((user) => idOf(scene.del(user)));
  await act.push(repository, 'wanda', { branch, from: 'main', files: { [`${branch}.ts`]: branch } });
  const pull = await act.openPull(repository, 'wanda', { head: branch, title: branch });
  const see = eyes(scene, pull, `${branch}, ${kind}`, patienceMs);
  await see('all holds are shown', () =>
    ids.every((id) => shown(scene, pull, id)?.conclusion === 'action_required'),
  );
  await see('the gate waits', () => scene.gate(pull)?.conclusion === 'action_required');
  // written last: who acted before would find out what a storm left unwritten
  await see('the comment is there', () => scene.ours(pull).length > 0);
  const approve = () => say(scene, pull, maintainer, `/approve ${ids.join(' ')}`, see);
  const green = () => see('the gate is green', () => scene.gate(pull)?.conclusion === 'success');
  switch (kind) {
    case 'left alone':
      return;
    case 'approved by a comment':
      await approve();
      return green();
    case 'approved one by one':
      for (const id of ids) {
        press(scene, maintainer, shown(scene, pull, id), 'approve:');
        await see(`${id} is approved`, () => shown(scene, pull, id)?.conclusion === 'success');
      }
      return green();
    case 'approved all at once':
      press(scene, maintainer, scene.gate(pull), 'approve-all:');
      return green();
    case 'approved and pushed to':
      await approve();
      await green();
      await act.push(repository, 'wanda', { branch, files: { [`${branch}.ts`]: 'again' } });
      return green();
    case 'approved and revoked':
      await approve();
      await green();
      await say(scene, pull, maintainer, `/revoke ${ids.join(' ')}`, see);
      return see('the gate is red', () => scene.gate(pull)?.conclusion === 'failure');
    case 'denied':
      await say(scene, pull, maintainer, `/deny ${ids.join(' ')} -- not on staging`, see);
      return see('the gate is red', () => scene.gate(pull)?.conclusion === 'failure');
    case 'closed':
      return act.closePull('wanda', pull);
    case 'asked for help':
      await say(scene, pull, 'rita', '/jit help', see);
      return see('the answer is there', () => scene.ours(pull).some(({ body }) => body.startsWith('@rita')));
  }
}

type See = (what: string, look: () => boolean) => Promise<void>;

function eyes({ check, gate, ours, sandbox }: Stage, pull: Pull, who: string, patienceMs: number): See {
  /** For whoever has to find out what went wrong. */
  const seen = () => {
    const now = gate(pull) ?? check(pull, 'JIT approval: main');
    const answers = ours(pull).filter(({ body }) => body.startsWith('@'));
    const about = sandbox.webhooks.deliveries.filter(({ payload }) => {
      const text = JSON.stringify(payload);
      return text.includes(`/pull/${pull.number}"`) || text.includes(pull.head.sha);
    });
    const arrived = new Set(about.filter(({ statusCode }) => statusCode === 200).map(({ guid }) => guid));
    const lost = about.filter(({ guid }) => !arrived.has(guid));
    return [
      `its gate: ${now?.conclusion ?? 'none'}, ${now?.title ?? ''}`,
      ...answers.map(({ body }) => `the App said: ${body}`),
      ...lost.map(({ guid, event, statusCode }) => `not arrived: ${event} ${guid}, ${statusCode}`),
    ].join('\n');
  };
  return async (what, look) => {
    await until(`${who}: ${what}`, look, patienceMs).catch((thrown: Error) => {
      throw new Error(`${thrown.message}\n${seen()}`);
    });
  };
}

/** A comment, until the App has reacted to it. */
async function say(scene: Stage, pull: Pull, who: string, text: string, see: See): Promise<Comment> {
  const comment = scene.sandbox.act.comment(who, pull, text);
  await see(`an answer to ${text}`, () => comment.reactions.length > 0);
  return comment;
}

function shown(scene: Stage, pull: Pull, id: string): CheckRun | undefined {
  return scene.check(pull, `JIT approval / ${id}`);
}

function press(scene: Stage, who: string, check: CheckRun | undefined, button: string): void {
  const found = check?.actions.find(({ identifier }) => identifier.startsWith(button));
  if (check === undefined || found === undefined) throw new Error(`there is no button ${button}`);
  scene.sandbox.act.clickButton(who, check.id, found.identifier);
}

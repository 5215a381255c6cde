import pg from 'pg';
import type { Report } from '../../report/schema.ts';
import type { Pull } from '../model.ts';
import type { CheckRun } from '../run-model.ts';
import { answerTo, finished, gate, heldChecks, idOf, openPull, reportOf, stepsThat } from './scenes.ts';
import type { Stage } from './stage.ts';
import { until } from './until.ts';

export type Tell = (line: string) => void;

/** Fails the demo when what happened is not what was to be shown. */
function expect(what: string, truth: boolean): void {
  if (!truth) throw new Error(`the demo expected that ${what}, and it is not so`);
}

/**
 * Plays the people: the author tries to approve and is refused, one maintainer approves by comment, another by
 * button; then tells what happened. Throws when anything is not as it has to be.
 */
export async function playPeople(stage: Stage, tell: Tell): Promise<Pull> {
  const { sandbox } = stage;
  const pull = await openPull(sandbox);
  tell(`alan opens pull request #${pull.number}: ${sandbox.url}/acme/shop/pull/${pull.number}`);
  const run = await finished(sandbox, 1);
  const first = reportOf(sandbox, run, 1);
  tell(`attempt 1: ${stepLine(first)}`);
  const held = await until('two checks with buttons appear', () => {
    const checks = heldChecks(sandbox, pull);
    return checks.length === 2 ? checks : null;
  });
  tell(`2 held: ${first.flagged.map((entry) => `${entry.id} (${entry.reason})`).join(', ')}`);
  const cartsBefore = await countCarts(stage);
  const { cleanup, checkout } = which(first, held);
  await refuseAuthor(stage, pull, idOf(cleanup), tell);
  await approveByComment(stage, pull, idOf(cleanup), tell);
  approveByButton(stage, checkout, tell);
  await finished(sandbox, 2);
  const second = reportOf(sandbox, run, 2);
  tell(`re-triggered once: the run has ${run.attempts.length} attempts`);
  expect('the run was re-triggered once', run.attempts.length === 2);
  tellSecondAttempt(first, second, tell);
  const green = await until('the gate is green', () => {
    const check = gate(sandbox, pull);
    return check?.conclusion === 'success' ? check : null;
  });
  tell(
    `gate check success: "${green.name}" on ${pull.head.sha.slice(0, 7)}, the pull request is ${sandbox.read.mergeState(pull)}`,
  );
  const cartsAfter = await countCarts(stage);
  tell(`carts in the database: ${cartsBefore} while held, ${cartsAfter} after approval`);
  expect(
    'nothing was deleted before the approval and one cart after it',
    cartsBefore === 2 && cartsAfter === 1,
  );
  expect('every request to GitHub was one that GitHub knows', sandbox.violations.length === 0);
  return pull;
}

function stepLine(report: Report): string {
  return report.steps.map((step) => `${step.id} ${step.status}`).join(', ');
}

function which(report: Report, checks: readonly CheckRun[]): { cleanup: CheckRun; checkout: CheckRun } {
  const of = (step: string) => {
    const id = report.flagged.find((entry) => entry.steps.includes(step))?.id;
    // a run prints more of the fingerprint than the App shows
    const check = checks.find((entry) => id?.startsWith(idOf(entry)));
    if (check === undefined) throw new Error(`no check was made for what the step "${step}" was held for`);
    return check;
  };
  return { cleanup: of('cleanup'), checkout: of('checkout') };
}

async function refuseAuthor({ sandbox }: Stage, pull: Pull, id: string, tell: Tell): Promise<void> {
  const { reaction, words } = await answerTo(
    sandbox,
    pull,
    sandbox.act.comment('alan', pull, `/approve ${id}`),
  );
  expect('the author is refused', reaction !== '+1');
  tell(`author refused: alan comments "/approve ${id}" and is told: ${firstSentence(words ?? '')}`);
}

async function approveByComment({ sandbox }: Stage, pull: Pull, id: string, tell: Tell): Promise<void> {
  const { reaction, words } = await answerTo(
    sandbox,
    pull,
    sandbox.act.comment('grace', pull, `/approve ${id}`),
  );
  expect(`grace may approve (${words ?? ''})`, reaction === '+1');
  tell(`approved by comment: grace comments "/approve ${id}"`);
}

function approveByButton({ sandbox }: Stage, check: CheckRun, tell: Tell): void {
  const button = check.actions.find((action) => action.label === 'Approve varying');
  if (button === undefined) throw new Error(`"${check.name}" has no button Approve varying`);
  sandbox.act.clickButton('katherine', check.id, button.identifier);
  tell(`approved by button: katherine clicks "Approve varying" on "${check.name}"`);
}

function tellSecondAttempt(first: Report, second: Report, tell: Tell): void {
  const ran = second.steps.filter((step) => step.status !== 'skipped').map((step) => step.id);
  const heldSteps = stepsThat(first, 'held');
  const needed = first.steps.filter((step) => heldSteps.includes(step.id)).flatMap((step) => step.needs);
  const exactly = first.steps
    .map((step) => step.id)
    .filter((id) => heldSteps.includes(id) || needed.includes(id));
  tell(
    `attempt 2 ran exactly the held steps (${heldSteps.join(', ')}) and what they need (${[...new Set(needed)].join(', ')}); ` +
      `skipped, as passed in attempt 1: ${stepsThat(second, 'skipped').join(', ')}`,
  );
  expect('attempt 2 ran the held steps and what they need, no other', ran.join() === exactly.join());
  expect('one passed step was skipped', stepsThat(second, 'skipped').join() === 'orders');
  expect('everything that ran passed', second.result === 'passed');
  const granted = second.flagged.filter((entry) => entry.outcome === 'granted').length;
  expect('both held runtime actions ran by their grants', granted === 2);
}

async function countCarts({ databaseUrl }: Stage): Promise<number> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    const { rows } = await client.query<{ count: number }>('SELECT count(*)::int AS count FROM carts');
    return rows[0]?.count ?? -1;
  } finally {
    await client.end();
  }
}

/** The first line of prose of the App's answer, without Markdown's signs. */
function firstSentence(markdown: string): string {
  const line = markdown.split('\n').find((entry) => /\w/.test(entry)) ?? '';
  return line
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[*_`>\\]/g, '')
    .trim();
}

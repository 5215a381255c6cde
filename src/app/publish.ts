import { createHash } from 'node:crypto';
import { besideOthers } from '../approval/beside.ts';
import type { Fact, RecordedFact } from '../approval/facts.ts';
import { openNotices } from '../approval/notice.ts';
import { undecided } from '../approval/offered.ts';
import { plan, type Write } from '../approval/plan.ts';
import { reminding } from '../approval/reminder.ts';
import type { PullState } from '../approval/state.ts';
import type { IssueComment } from '../github/port.ts';
import { baseComparison } from './base-comparison.ts';
import { gatesBeside, wakeOthers } from './beside.ts';
import { publishGroups } from './merge-groups.ts';
import { factsOf, gateOf, type Pass, record, stateOf } from './pass.ts';
import { renderer, wholeOf } from './render.ts';
import { rerunDue } from './rerun.ts';
import { shownChecks, writeCheck } from './shown-checks.ts';

/**
 * Brings GitHub to what the ledger implies, writing only what differs. Answers when time alone changes
 * something next, in milliseconds since the epoch.
 */
export async function publish(pass: Pass): Promise<number | null> {
  const facts = await factsOf(pass);
  const current = stateOf(pass, facts);
  pass.desk.metrics.holds(pass.key, waitingSince(pass, facts, current));
  const { github, key, base } = pass;
  const source = { kept: base.reports, github, repository: key.repository, baseRuns: base.runs };
  const [checks, comments, difference] = await Promise.all([
    shownChecks(pass, current.heads),
    ownComments(pass),
    baseComparison(source, facts, current),
  ]);
  const beside = await gatesBeside(pass, current, checks);
  const others = beside.map(({ number }) => number);
  const heads = current.heads.map((head) => {
    const state = stateOf(pass, facts, head);
    const gate = gateOf(pass, state);
    return { state, gate: head === current.head && current.open ? besideOthers(gate, beside) : gate };
  });
  const notices = openNotices(
    facts,
    comments.map(({ id, body, minimised }) => ({ id, body, minimised, digest: digestOf(body) })),
  );
  const pullRequest = pass.key.number;
  const render = renderer(difference, `https://${pass.desk.githubHost}/${key.repository}`);
  const { due: reminder, next } = reminding(facts, current, pass.now);
  const writes = plan({ pullRequest, heads, shown: { checks, notices }, reminder, render, wholeOf });
  for (const write of writes) await perform(pass, write, comments);
  if (writes.some(({ kind }) => kind === 'check')) await wakeOthers(pass, others);
  await publishGroups(pass, facts, render);
  const context = { ...pass, record: (fact: Parameters<typeof record>[1][number]) => record(pass, [fact]) };
  if (writes.some(({ kind }) => kind === 'rerun')) await rerunDue(context, current, null);
  const times = heads.flatMap(({ state, gate }) => [gate.wakeAt ?? [], state.nextChange ?? []].flat());
  if (next !== null) times.push(next);
  return times.length === 0 ? null : Math.min(...times);
}

/** For every hold that waits for people: when it was first reported, in milliseconds since the epoch. */
function waitingSince(pass: Pass, facts: readonly RecordedFact[], state: PullState): readonly number[] {
  return undecided(state).map(({ fingerprint }) => {
    const first = facts.find(
      (fact) => fact.type === 'report' && fact.actions.some((action) => action.fingerprint === fingerprint),
    );
    return Date.parse(first?.at ?? pass.at);
  });
}

/** By their author alone: no text makes somebody else's comment ours. */
async function ownComments(pass: Pass): Promise<readonly IssueComment[]> {
  const comments = await pass.github.comments(pass.key.repository, pass.key.number);
  return comments.filter((comment) => pass.desk.isOurs(comment));
}

async function perform(pass: Pass, write: Write, comments: readonly IssueComment[]): Promise<void> {
  if (write.kind === 'comment') await writeNotice(pass, write);
  else if (write.kind === 'reminder') await remind(pass, write);
  else if (write.kind === 'minimise')
    await foldAway(
      pass,
      comments.find(({ id }) => id === write.id),
    );
  else if (write.kind === 'check') await writeCheck(pass, write);
}

/** Noted first: what a crash keeps from being written is not reminded of, rather than twice. */
async function remind(
  pass: Pass,
  { body, fingerprints }: Extract<Write, { kind: 'reminder' }>,
): Promise<void> {
  await record(pass, [{ type: 'reminder', at: pass.at, fingerprints: [...fingerprints] }]);
  await pass.github.createComment(pass.key.repository, pass.key.number, body);
}

async function writeNotice(pass: Pass, write: Extract<Write, { kind: 'comment' }>): Promise<void> {
  const { github, key, at } = pass;
  const { body, announced } = write;
  const digest = digestOf(body);
  const told = (commentId: number | null): Fact => ({
    type: 'notice',
    at,
    commentId,
    digest,
    announced: [...announced],
    minimised: false,
  });
  if (write.id !== null) {
    // noted first: one that is known by its text alone would be known by nothing once that has changed
    await record(pass, [told(write.id)]);
    if (await github.updateComment(key.repository, write.id, body)) return;
  }
  await record(pass, [told(null)]);
  await record(pass, [told(await github.createComment(key.repository, key.number, body))]);
}

/** Where GitHub refuses, the comment stays open and nothing asks again: it only looks less tidy. */
async function foldAway(pass: Pass, comment: IssueComment | undefined): Promise<void> {
  if (comment === undefined) return;
  const done = await pass.github.minimiseComment(comment.nodeId);
  if (!done) pass.desk.log.warn({ comment: comment.id }, 'GitHub did not let us fold an old comment away');
  const { id: commentId, body } = comment;
  const digest = digestOf(body);
  await record(pass, [{ type: 'notice', at: pass.at, commentId, digest, announced: [], minimised: true }]);
}

function digestOf(text: string): string {
  return createHash('sha256').update(text.replaceAll('\r\n', '\n').trimEnd()).digest('hex');
}

import { plan, type Write } from '../approval/plan.ts';
import type { ShownCheck } from '../approval/plan-checks.ts';
import type { IssueComment } from '../github/port.ts';
import { factsOf, gateOf, type Pass, record, stateOf } from './pass.ts';
import { render, wholeOf } from './render.ts';
import { rerunDue } from './rerun.ts';

/** All of ours on a head begin so; see approval/check-names.ts. */
const namePrefix = 'JIT approval';

/**
 * Brings GitHub to what the ledger implies, writing only what differs. Answers when time alone changes
 * something next, in milliseconds since the epoch.
 */
export async function publish(pass: Pass): Promise<number | null> {
  const facts = await factsOf(pass);
  const current = stateOf(pass, facts);
  const heads = current.heads.map((head) => {
    const state = stateOf(pass, facts, head);
    return { state, gate: gateOf(pass, state) };
  });
  const [checks, comment] = await Promise.all([shownChecks(pass, current.heads), stickyComment(pass)]);
  const pullRequest = pass.key.number;
  const writes = plan({ pullRequest, heads, shown: { checks, comment }, render, wholeOf });
  for (const write of writes) await perform(pass, write);
  const context = { ...pass, record: (fact: Parameters<typeof record>[1][number]) => record(pass, [fact]) };
  if (writes.some(({ kind }) => kind === 'rerun')) await rerunDue(context, current, null);
  const times = heads.flatMap(({ state, gate }) => [gate.wakeAt ?? [], state.nextChange ?? []].flat());
  return times.length === 0 ? null : Math.min(...times);
}

async function shownChecks(pass: Pass, heads: readonly string[]): Promise<readonly ShownCheck[]> {
  const { github, key, desk } = pass;
  const perHead = await Promise.all(
    heads.map((head) => github.checkRuns(key.repository, head, desk.appId, namePrefix)),
  );
  return perHead.flat().map((run) => ({
    id: run.id,
    head: run.headSha,
    status: run.status,
    conclusion: run.conclusion,
    externalId: run.externalId,
  }));
}

/**
 * Our oldest comment that answers nobody (answers begin with a mention, see answer.ts). By its author alone:
 * no text makes somebody else's comment ours.
 */
async function stickyComment(pass: Pass): Promise<IssueComment | null> {
  const comments = await pass.github.comments(pass.key.repository, pass.key.number);
  return comments.find((comment) => pass.desk.isOurs(comment) && !comment.body.startsWith('@')) ?? null;
}

async function perform(pass: Pass, write: Write): Promise<void> {
  const { github, key } = pass;
  if (write.kind === 'comment') {
    const updated = write.id !== null && (await github.updateComment(key.repository, write.id, write.body));
    if (!updated) await github.createComment(key.repository, key.number, write.body);
  } else if (write.kind === 'check') {
    const { output, id, head } = write;
    const check = { ...write, ...output };
    if (id === null) await github.createCheckRun(key.repository, head, check);
    else await github.updateCheckRun(key.repository, id, check);
  }
}

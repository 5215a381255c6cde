import type { Beside } from '../approval/beside.ts';
import type { RecordedFact } from '../approval/facts.ts';
import { type Group, groupGate, openGroups, ownLine } from '../approval/merge-group.ts';
import { writesOfGroup } from '../approval/plan-checks.ts';
import type { Render } from '../approval/render.ts';
import type { PullRequest } from '../github/port.ts';
import { gateBeside, wakeOthers } from './beside.ts';
import { gateOf, type Pass, record, stateOf } from './pass.ts';
import { shownChecks, writeCheck } from './shown-checks.ts';

/** A group whose contents are known. */
interface Resolved extends Omit<Group, 'members'> {
  readonly members: readonly number[];
  readonly isLive: boolean;
}

/**
 * Gate and grants of this pull request on the heads of the merge groups that hold it. A webhook named the group;
 * that it exists and what is in it is asked of GitHub. Of a group that has ended nothing stays open.
 */
export async function publishGroups(
  pass: Pass,
  facts: readonly RecordedFact[],
  render: Render,
): Promise<void> {
  for (const group of await groupsOf(pass, facts)) {
    const wrote = await publishGroup(pass, facts, group, render);
    const { isLive, ...known } = group;
    if (!isLive)
      await record(pass, [
        { type: 'group', at: pass.at, ...known, members: [...known.members], ended: true },
      ]);
    if (wrote || !isLive) await wakeOthers(pass, group.members);
  }
}

async function publishGroup(
  pass: Pass,
  facts: readonly RecordedFact[],
  { head, members, pullHead, isLive }: Resolved,
  render: Render,
): Promise<boolean> {
  const { key, pull } = pass;
  const state = stateOf(pass, facts, undefined, head);
  const others = members.filter((number) => number !== key.number);
  const beside = await Promise.all(others.map((number) => memberGate(pass, number)));
  const isMoved = pullHead !== null && pullHead !== pull.head.sha;
  const gate = groupGate(gateOf(pass, state), { isLive, isMoved }, beside);
  const shown = await shownChecks(pass, [head]);
  const writes = writesOfGroup({ pullRequest: key.number, state, gate, group: head, isLive, shown, render });
  for (const write of writes) await writeCheck(pass, write);
  return writes.length > 0;
}

/** What has not been looked at is not green. */
async function memberGate(pass: Pass, number: number): Promise<Beside> {
  const unknown = { status: 'in_progress', conclusion: null, title: 'not looked at yet' } as const;
  return (await gateBeside(pass, number, null)) ?? { number, gate: unknown };
}

async function groupsOf(pass: Pass, facts: readonly RecordedFact[]): Promise<readonly Resolved[]> {
  const { github, key, pull } = pass;
  const groups = openGroups(facts).filter(({ base }) => base === pull.base.ref);
  if (groups.length === 0) return [];
  const live = await github.queueBranches(key.repository, pull.base.ref);
  return Promise.all(
    groups.map(async (group) => {
      const isLive = live.some(({ branch, head }) => branch === group.branch && head === group.head);
      const { members } = group;
      if (members !== null || !isLive) return { ...group, members: members ?? [key.number], isLive };
      return { ...(await resolve(pass, group, live)), isLive };
    }),
  );
}

/** Who else is in the group is told to each of them, once: what a commit holds never changes. */
async function resolve(
  pass: Pass,
  group: Group,
  live: readonly { readonly number: number; readonly head: string }[],
): Promise<Omit<Resolved, 'isLive'>> {
  const pulls = await contained(pass, group, live);
  const members = pulls.map(({ number }) => number);
  const { desk, key, installation, at } = pass;
  for (const { number, head } of pulls) {
    const there = { ...key, number };
    const known = openGroups(await desk.ledger.facts(there)).find((one) => one.head === group.head);
    if (known !== undefined && known.members !== null) continue;
    const fact = { type: 'group', at, ...group, members, pullHead: head.sha, ended: false } as const;
    await desk.ledger.record(there, [fact], null, installation);
  }
  const pullHead = pulls.find(({ number }) => number === key.number)?.head.sha ?? null;
  return { ...group, members, pullHead };
}

/**
 * The pull requests that the group brings to the base: those whose own group's head is one of its commits, and
 * those whose head it merged. Commits are counted from the base branch, for the group stands on those before it.
 */
async function contained(
  { github, key, pull }: Pass,
  { head, base }: Group,
  live: readonly { readonly number: number; readonly head: string }[],
): Promise<readonly PullRequest[]> {
  const line = ownLine(await github.commitsAhead(key.repository, base, head), head);
  const tips = live.filter((one) => line.some(({ sha }) => sha === one.head)).map(({ number }) => number);
  const named = await Promise.all(
    [...new Set(tips)].map((number) =>
      number === key.number ? pull : github.pullRequest(key.repository, number),
    ),
  );
  const merged = line.flatMap(({ parents }) => parents.slice(1));
  const listed = await Promise.all(
    merged.map(async (sha) => {
      const pulls = await github.pullRequestsOf(key.repository, sha);
      return pulls.filter((one) => one.state === 'open' && one.head.sha === sha);
    }),
  );
  const all = [pull, ...named, ...listed.flat()].filter(
    (one) => one.base.ref === base && one.base.repository === key.repository,
  );
  return [...new Map(all.map((one) => [one.number, one])).values()].sort((a, b) => a.number - b.number);
}

import { teamsAsked } from '../approval/authority.ts';
import { readButton } from '../approval/buttons.ts';
import { parseCommand } from '../approval/command.ts';
import type { CommandFact, RecordedFact } from '../approval/facts.ts';
import { votesSource } from '../approval/source.ts';
import type { AppGitHub } from '../github/port.ts';
import type { PullKey } from '../ledger/port.ts';
import { answer } from './answer.ts';
import { type Conclusion, conclude, type Written } from './carry-out.ts';
import { factsOf, gateOf, type Pass, record, stateOf } from './pass.ts';
import { personNow } from './people.ts';
import { rerunDue } from './rerun.ts';

/**
 * Carries out the commands that have no answer yet, in the order in which they came. The votes are written
 * first and the answer last: after a crash in between the command is carried out again, and its votes, which
 * carry the same source, count once.
 */
export async function carryOutCommands(pass: Pass): Promise<void> {
  for (const command of unanswered(await factsOf(pass))) {
    const conclusion = await decide(pass, command);
    await record(pass, conclusion.votes);
    const told = conclusion.rerun ? await rerunNow(pass, command, conclusion) : conclusion;
    pass.desk.metrics.decision(askedFor(command), told.outcome);
    await answer(pass.github, pass.desk.isOurs, pass.key, command, told);
    await record(pass, [
      {
        type: 'answer',
        at: pass.at,
        source: command.source,
        by: command.by,
        outcome: told.outcome,
        words: told.words ?? '',
      },
    ]);
  }
}

/** For counting only: what was asked, not what came of it. */
function askedFor({ given }: CommandFact): string {
  if (given.via === 'button') return readButton(given.identifier)?.press ?? 'unknown';
  const parsed = parseCommand(given.line);
  return parsed.kind === 'command' ? parsed.command.verb : 'unknown';
}

function unanswered(facts: readonly RecordedFact[]): readonly CommandFact[] {
  const answered = new Set(facts.flatMap((fact) => (fact.type === 'answer' ? [fact.source] : [])));
  return facts.filter((fact) => fact.type === 'command').filter((fact) => !answered.has(fact.source));
}

/** Its votes are written, all of them in one transaction. */
const carriedOut: Conclusion = { outcome: 'done', words: null, votes: [], rerun: false };

async function decide(pass: Pass, command: CommandFact): Promise<Conclusion> {
  const { github, key, at } = pass;
  const facts = await factsOf(pass);
  // a crash kept its answer away: what it decided stands, whatever has become of the comment or its writer since
  const own = votesSource(command);
  if (facts.some((fact) => fact.type === 'vote' && fact.source === own)) return carriedOut;
  const state = stateOf(pass, facts);
  const teams = teamsAsked(
    state.holds.flatMap((hold) => hold.requirements.map(({ requirement }) => requirement)),
  );
  const who = { login: command.by, id: command.byId };
  const [person, written] = await Promise.all([
    personNow(github, key.repository, who, teams),
    writtenNow(github, key, command),
  ]);
  return conclude({ facts, state, command, person, written, at, gate: gateOf(pass, state) });
}

/** What the command was written in, as GitHub shows it now. */
async function writtenNow(
  github: Pick<AppGitHub, 'comment' | 'review'>,
  { repository, number }: PullKey,
  { given }: CommandFact,
): Promise<Written | null> {
  if (given.via === 'comment') return github.comment(repository, given.commentId);
  if (given.via === 'button') return null;
  const review = await github.review(repository, number, given.reviewId);
  // a review names no app: who wrote it is known by its author alone
  return review === null || review.state === 'DISMISSED' ? null : { ...review, appId: null };
}

async function rerunNow(pass: Pass, command: CommandFact, conclusion: Conclusion): Promise<Conclusion> {
  const state = stateOf(pass, await factsOf(pass));
  const context = { ...pass, record: (fact: Parameters<typeof record>[1][number]) => record(pass, [fact]) };
  const asked = await rerunDue(context, state, command.by);
  const refusals = asked.flatMap(({ words }) => words ?? []);
  if (refusals.length > 0) {
    return { ...conclusion, outcome: 'refused', words: `GitHub refused: ${refusals.join('; ')}` };
  }
  if (asked.length > 0) return conclusion;
  return {
    ...conclusion,
    outcome: 'refused',
    words: 'no completed run on this head left anything to run again.',
  };
}

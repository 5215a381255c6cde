import type { Account, Person } from './authority.ts';
import type { Fact, RecordedFact, ReportedAction } from './facts.ts';
import { actionId } from './fingerprint.ts';
import type { RequirementsOf } from './requirement.ts';

/** How much of a fingerprint a comment must name without the App: 130 bits. Eight characters could be ground out. */
export const longIdLength = 26;

/** A comment as GitHub shows it now. */
export interface DecidingComment {
  readonly id: number;
  readonly body: string;
  /** When it was written, ISO 8601. */
  readonly at: string;
  /** Who wrote it, asked of GitHub just now. */
  readonly person: Person;
  /** Why it cannot count, whoever wrote it ("it was edited"); null when it can. */
  readonly problem: string | null;
}

/** What one attempt of this job held on this head, or ran by an approval. */
export interface JobSighting {
  readonly runId: number;
  readonly attempt: number;
  readonly job: string;
  /** When it ended, milliseconds since the epoch. */
  readonly ended: number;
  readonly actions: readonly SeenAction[];
}

export interface SeenAction {
  readonly action: ReportedAction;
  /** Milliseconds since the epoch. */
  readonly firstAt: number;
}

/** Everything that a runner knows where no ledger is. */
export interface CommentQuestion {
  readonly pull: {
    readonly open: boolean;
    readonly author: string;
    readonly authorId: number;
    readonly base: string;
    readonly head: string;
    /** Whom its commits name: nobody here knows who pushed. */
    readonly contributors: readonly Account[];
  };
  readonly requirementsOf: RequirementsOf;
  /** Earlier attempts of this job in this run, and this one last. */
  readonly sightings: readonly JobSighting[];
  readonly comments: readonly DecidingComment[];
  /** Milliseconds since the epoch, by GitHub's clock. */
  readonly now: number;
}

/** Each action once, as the last attempt showed it. */
export function knownActions({ sightings }: CommentQuestion): readonly ReportedAction[] {
  const seen = sightings.flatMap(({ actions }) => actions.map(({ action }) => action));
  return [...new Map(seen.map((action) => [action.fingerprint, action])).values()];
}

/** All actions as one report shows them that are held: what a comment may speak of, whenever it was written. */
export function factsShown(question: CommentQuestion, votes: readonly Fact[]): readonly RecordedFact[] {
  const actions = knownActions(question).map(
    (action): ReportedAction => ({ ...action, outcome: 'held', grant: null }),
  );
  const together = { runId: 1, attempt: 1, job: '', actions };
  return numbered([...pullFacts(question), reportFact(question, together), ...votes]);
}

/** Votes and reports by time: a report spends what was approved before its end. */
export function factsInOrder(question: CommentQuestion, votes: readonly Fact[]): readonly RecordedFact[] {
  const reports = question.sightings.map((sighting) => {
    const actions = sighting.actions.map(({ action }) => action);
    return { time: sighting.ended, fact: reportFact(question, { ...sighting, actions }) };
  });
  const timed = [...votes.map((fact) => ({ time: Date.parse(fact.at), fact })), ...reports];
  const facts = timed.sort((a, b) => a.time - b.time).map(({ fact }) => fact);
  return numbered([...pullFacts(question), ...facts]);
}

function pullFacts(question: CommentQuestion): readonly Fact[] {
  const { open, author, authorId, base, head, contributors } = question.pull;
  const at = new Date(question.now).toISOString();
  const fact = { type: 'pull', at, state: open ? 'open' : 'closed', head, base, author, authorId } as const;
  return [
    { ...fact, pushedBy: null },
    ...contributors.map(({ login, id }): Fact => {
      return { ...fact, pushedBy: login, ...(id === null ? {} : { pushedById: id }) };
    }),
    ...knownActions(question).map(({ fingerprint }): Fact => {
      return { type: 'id', at, id: actionId(fingerprint, longIdLength), fingerprint };
    }),
  ];
}

type Reported = Pick<JobSighting, 'runId' | 'attempt' | 'job'> & { readonly actions: ReportedAction[] };

function reportFact(question: CommentQuestion, { runId, attempt, job, actions }: Reported): Fact {
  return {
    type: 'report',
    at: new Date(question.now).toISOString(),
    runId,
    attempt,
    job,
    head: question.pull.head,
    artifactId: attempt,
    invalid: null,
    result: 'held',
    exitCode: null,
    actions,
    notices: [],
  };
}

function numbered(facts: readonly Fact[]): readonly RecordedFact[] {
  return facts.map((fact, index) => ({ ...fact, sequence: index + 1 }));
}

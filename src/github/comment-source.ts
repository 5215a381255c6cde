import type { Account, Person } from '../approval/authority.ts';
import { commentDecisions, mayDecide } from '../approval/comment-decisions.ts';
import type { CommentQuestion, DecidingComment, JobSighting, SeenAction } from '../approval/comment-facts.ts';
import { type Loaded, takeDecision } from '../approval/decided.ts';
import type { Found, GrantSource, HoldRequest } from '../approval/grant.ts';
import type { RequirementsOf } from '../approval/requirement.ts';
import type { Report } from '../report/schema.ts';
import type { CommentReader } from './comment-reader.ts';
import { earlierSighting, heldAction } from './job-sightings.ts';
import type { IssueComment, PullRequest } from './port.ts';
import { unread } from './unread.ts';

export interface CommentSourceOptions {
  readonly reader: CommentReader;
  readonly repository: string;
  readonly pullRequest: number;
  readonly run: { readonly runId: number; readonly attempt: number; readonly job: string };
  readonly head: string;
  readonly base: string;
  readonly requirementsOf: RequirementsOf;
  /** This job's reports of earlier attempts. */
  readonly earlier: readonly Report[];
  /** Executions per grant in this job. */
  readonly used: Map<string, number>;
}

/** Asks of one hold. */
export type Ask = (hold: Pick<HoldRequest, 'fingerprint' | 'form' | 'reason'>) => Promise<Found>;

/** `find` answers by the comments as they were at the first hold. */
export interface CommentSource extends GrantSource {
  /** Reads them again, and answers by what stands there now. Rejects where they cannot be read. */
  reread(): Promise<Ask>;
}

/** What was read together: comments, and the pull request that they stand on. */
interface Reading {
  readonly pull: PullRequest;
  readonly contributors: readonly Account[];
  readonly comments: readonly IssueComment[];
}

/** Decisions by comments, where the policy names no App. What cannot be read is a problem, never "no grant". */
export function commentSource(options: CommentSourceOptions): CommentSource {
  const { reader, run, used } = options;
  const met = new Map<string, SeenAction>();
  const earlier = options.earlier.flatMap((report) => earlierSighting(report, options.head) ?? []);
  const verifier = new Verifier(options);
  let first: Promise<Reading> | null = null;

  async function decide(hold: Parameters<Ask>[0], reading: Reading): Promise<Found> {
    const now = reader.now();
    const seen = met.get(hold.fingerprint) ?? { action: heldAction(hold), firstAt: now };
    met.set(hold.fingerprint, seen);
    const present: JobSighting = { ...run, ended: now, actions: [...met.values()] };
    const sightings = [...earlier, present];
    const prints = sightings.flatMap(({ actions }) => actions.map(({ action }) => action.fingerprint));
    const { pull, contributors } = reading;
    const question: CommentQuestion = {
      pull: {
        open: pull.state === 'open',
        author: pull.author,
        authorId: pull.authorId,
        base: options.base,
        head: options.head,
        contributors,
      },
      requirementsOf: options.requirementsOf,
      sightings,
      comments: await verifier.verified(reading.comments.filter(({ body }) => mayDecide(body, prints))),
      now,
    };
    return takeDecision(told(question, hold), hold.form, used, now);
  }

  return {
    async find(hold) {
      try {
        first ??= read(options);
        return await decide(hold, await first);
      } catch (thrown) {
        return { kind: 'none', problem: unread(thrown, 'pull-requests: read') };
      }
    },
    async reread() {
      const reading = await read(options);
      return (hold) => decide(hold, reading);
    },
  };
}

function told(question: CommentQuestion, hold: Parameters<Ask>[0]): Loaded {
  const { decisions, refused } = commentDecisions(question);
  const why = refused.filter(({ fingerprint }) => fingerprint === null || fingerprint === hold.fingerprint);
  const problem = [
    ...(question.pull.open ? [] : ['The pull request is closed, so nothing is approved.']),
    ...why.slice(-3).map((refusal) => refusal.why),
  ].join(' ');
  return { decisions, problem: problem === '' ? null : problem };
}

async function read({ reader, repository, pullRequest }: CommentSourceOptions): Promise<Reading> {
  const [pull, contributors, comments] = await Promise.all([
    reader.pullRequest(repository, pullRequest),
    reader.namedInCommits(repository, pullRequest),
    reader.comments(repository, pullRequest),
  ]);
  return { pull, contributors, comments };
}

/** Asks GitHub who wrote a comment and whether it is as it was written; once for each text of it. */
class Verifier {
  readonly #options: CommentSourceOptions;
  readonly #known = new Map<string, DecidingComment>();

  constructor(options: CommentSourceOptions) {
    this.#options = options;
  }

  async verified(comments: readonly IssueComment[]): Promise<readonly DecidingComment[]> {
    const fresh = comments.filter((comment) => !this.#known.has(keyOf(comment)));
    if (fresh.length > 0) {
      const { reader } = this.#options;
      const untouched = await reader.untouched(fresh.map(({ nodeId }) => nodeId));
      for (const comment of fresh) {
        const problem = problemOf(comment, untouched);
        const person = await this.#person(comment);
        const { id, body, createdAt: at } = comment;
        this.#known.set(keyOf(comment), { id, body, at, person, problem });
      }
    }
    return comments.flatMap((comment) => this.#known.get(keyOf(comment)) ?? []);
  }

  async #person({ author: login, authorId: id, authorType }: IssueComment): Promise<Person> {
    const nobody = { login, id, type: authorType, roleName: null, baseRole: null, teams: [] };
    if (authorType !== 'User') return nobody;
    const found = await this.#options.reader.permission(this.#options.repository, login);
    // renamed between the two questions: whoever has the login now did not write it
    if (found.id !== id) return nobody;
    return { login, id, type: found.type, roleName: found.roleName, baseRole: found.base, teams: [] };
  }
}

function keyOf({ id, updatedAt, body }: IssueComment): string {
  return JSON.stringify([id, updatedAt, body]);
}

function problemOf(comment: IssueComment, untouched: ReadonlySet<string>): string | null {
  if (comment.updatedAt !== comment.createdAt || !untouched.has(comment.nodeId)) {
    return 'it was edited; write a new comment';
  }
  return comment.appId === null ? null : 'an App wrote it; only people decide';
}

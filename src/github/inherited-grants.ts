import { decidedGrants, type Loaded, noDecisions } from '../approval/decided.ts';
import type { GrantSource } from '../approval/grant.ts';
import { messageOf } from '../errors.ts';
import { type GrantQuestion, loadGrants, together } from './grant-source.ts';
import type { RepositoryReader } from './port.ts';

/** Whose approvals a run takes over that has no pull request of its own. */
export type Inheritance =
  /** A push to `branch`; its commits, the tip first. */
  | { readonly kind: 'push'; readonly branch: string; readonly commits: readonly string[] }
  /** The App speaks of the pull requests of a merge group on the group's head. */
  | { readonly kind: 'merge-group'; readonly head: string; readonly base: string };

export interface InheritedQuestion
  extends Pick<GrantQuestion, 'appId' | 'repository' | 'now' | 'sleep' | 'used' | 'waitForGateMs'> {
  readonly port: Pick<RepositoryReader, 'checkRuns' | 'pullRequestsOf'>;
  readonly inherits: Inheritance;
}

/** Of a push of very many commits the newest are asked about: each costs a request. */
const mostCommits = 20;

/** Decisions on the pull requests that a push merged, or that a merge group holds. Read at the first hold. */
export function inheritedGrantSource(question: InheritedQuestion): GrantSource {
  const { inherits } = question;
  const load = () =>
    inherits.kind === 'push'
      ? ofMerged(question, inherits)
      : loadGrants({ ...question, head: inherits.head, base: inherits.base, pullRequest: null });
  return decidedGrants(load, question.now, question.used);
}

/**
 * A pull request was merged by this push when GitHub says that one of its commits is what it was merged as; what a
 * commit says of itself is text. Its approvals stand where they stood: in the App's checks on its own head.
 */
async function ofMerged(
  question: InheritedQuestion,
  { branch, commits }: Extract<Inheritance, { kind: 'push' }>,
): Promise<Loaded> {
  try {
    const found = await Promise.all(
      commits.slice(0, mostCommits).map(async (commit) => {
        const pulls = await question.port.pullRequestsOf(question.repository, commit);
        return pulls.filter(
          (pull) =>
            pull.mergedAs === commit &&
            pull.base.ref === branch &&
            pull.base.repository === question.repository,
        );
      }),
    );
    const pulls = new Map(found.flat().map((pull) => [pull.number, pull]));
    const all = [...pulls.values()].map((pull) =>
      loadGrants({
        ...question,
        head: pull.head.sha,
        base: branch,
        pullRequest: pull.number,
        // it was there before the merge, or the App does not look after that pull request
        waitForGateMs: 0,
      }),
    );
    return together(await Promise.all(all));
  } catch (thrown) {
    const why = `which pull request this push merged could not be asked (needs \`pull-requests: read\`): ${messageOf(thrown)}`;
    return { decisions: noDecisions, problem: why };
  }
}

import { checkNamePrefix, gateCheckName, grantsCheckName, readExternalId } from '../approval/check-names.ts';
import { decidedGrants, type Loaded, noDecisions } from '../approval/decided.ts';
import type { GrantSet, GrantSource } from '../approval/grant.ts';
import { readGrantText } from './grant-text.ts';
import type { CheckRun, RepositoryReader } from './port.ts';
import { unread } from './unread.ts';

export interface GrantQuestion {
  readonly port: Pick<RepositoryReader, 'checkRuns'>;
  /** `app` of the base's policy: check runs of any other App say nothing. */
  readonly appId: number;
  readonly repository: string;
  readonly head: string;
  /** Null: every pull request that the App speaks of on the head, which is then a merge group's. */
  readonly pullRequest: number | null;
  readonly base: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Executions per grant in this job, where other sources count them too. */
  readonly used?: Map<string, number>;
  /** How long the first hold waits for the App's gate check to appear. */
  readonly waitForGateMs?: number;
}

const pollMs = 2000;

/**
 * Decisions as the App publishes them: the text of its gate check run on the head, and the continuations.
 * Read once per run, at the first hold; what cannot be read is a problem that is shown, never "no grant".
 */
export function githubGrantSource(question: GrantQuestion): GrantSource {
  return decidedGrants(() => loadGrants(question), question.now, question.used);
}

export async function loadGrants(question: GrantQuestion): Promise<Loaded> {
  const { waitForGateMs = 30_000, sleep } = question;
  try {
    for (let waited = 0; ; waited += pollMs) {
      const found = await readOnce(question);
      if (found !== null) return found;
      if (waited >= waitForGateMs) return problem(missingGate(question, waitForGateMs));
      await sleep(Math.min(pollMs, waitForGateMs - waited));
    }
  } catch (thrown) {
    return problem(unread(thrown, 'checks: read'));
  }
}

/** Null while the gate check has not appeared. */
async function readOnce(question: GrantQuestion): Promise<Loaded | null> {
  const { port, repository, head, appId, pullRequest } = question;
  const all = await port.checkRuns(repository, head, appId, checkNamePrefix);
  const spokenOf = all.flatMap((run) => readExternalId(run.externalId)?.pullRequest ?? []);
  const numbers = pullRequest === null ? new Set(spokenOf) : [pullRequest];
  const found = [...numbers].flatMap((number) => decisionsOn(number, all, question) ?? []);
  return found.length === 0 ? null : together(found);
}

/** Decisions of several sources as one: a denial in any of them stands, and so does each problem. */
export function together(all: readonly Loaded[]): Loaded {
  const problems = all.flatMap(({ problem: why }) => why ?? []);
  return {
    decisions: {
      grants: all.flatMap(({ decisions }) => decisions.grants),
      denied: all.flatMap(({ decisions }) => decisions.denied),
    },
    problem: problems.length === 0 ? null : problems.join('; '),
  };
}

/** The decisions on one pull request in the App's check runs of a commit; null without its gate. */
function decisionsOn(
  pullRequest: number,
  all: readonly CheckRun[],
  { head, base }: Pick<GrantQuestion, 'head' | 'base'>,
): Loaded | null {
  // a head may be in several pull requests, each with check runs of its own
  const ours = newestPerName(
    all.filter((run) => readExternalId(run.externalId)?.pullRequest === pullRequest),
  );
  const gate = ours.get(gateCheckName(base));
  if (gate === undefined) return null;
  const sets: GrantSet[] = [];
  for (const run of [gate, ...continuations(ours)]) {
    const set = readGrantText(run.text ?? '');
    if (set !== null && 'problem' in set) {
      return problem(
        `the approvals in the check run "${run.name}" cannot be read; is this action older than the App?`,
      );
    }
    // a base that moved since, or a part left over from then: not for this run
    if (set !== null && set.pullRequest === pullRequest && set.base === base && set.head === head) {
      sets.push(set);
    }
  }
  const grants = sets.flatMap((set) => set.grants);
  return { decisions: { grants, denied: sets.flatMap((set) => set.denied) }, problem: null };
}

function newestPerName(runs: readonly CheckRun[]): ReadonlyMap<string, CheckRun> {
  const newest = new Map<string, CheckRun>();
  for (const run of runs) {
    if ((newest.get(run.name)?.id ?? 0) < run.id) newest.set(run.name, run);
  }
  return newest;
}

function continuations(runs: ReadonlyMap<string, CheckRun>): readonly CheckRun[] {
  const found: CheckRun[] = [];
  for (let part = 2; ; part++) {
    const run = runs.get(grantsCheckName(part));
    if (run === undefined) return found;
    found.push(run);
  }
}

function missingGate({ base, head }: GrantQuestion, waitedMs: number): string {
  return `the App's check "${gateCheckName(base)}" did not appear on ${head.slice(0, 12)} within ${waitedMs / 1000} s, so no approval could be looked up; is the App that the policy names installed here and running?`;
}

function problem(why: string): Loaded {
  return { decisions: noDecisions, problem: why };
}

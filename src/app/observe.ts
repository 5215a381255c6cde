import { executedAgain } from '../approval/executions.ts';
import type { Fact } from '../approval/facts.ts';
import { runFacts } from './facts-of-github.ts';
import { factsOf, type Pass, record } from './pass.ts';
import { newReports } from './reports.ts';

/**
 * What GitHub shows of the current head goes into the ledger: runs, and the reports that they left. Read here
 * and not from webhooks, whose order and arrival nobody promises.
 */
export async function observe(pass: Pass): Promise<void> {
  const { github, key, pull, at } = pass;
  const all = await github.workflowRunsOf(key.repository, pull.head.sha);
  const runs = all.filter(
    (run) =>
      run.event === 'pull_request' &&
      run.headSha === pull.head.sha &&
      // another pull request may have the same commit on another branch, and runs of its own
      (run.headBranch === null || run.headBranch === pull.head.ref) &&
      run.headRepositoryId === pull.head.repositoryId,
  );
  const facts = await factsOf(pass);
  const told = runFacts(facts, runs, at).map((fact) => withExecutions(pass, fact));
  const found: Fact[] = await Promise.all(told);
  for (const run of runs)
    found.push(...(await newReports({ ...pass, facts, host: pass.desk.githubHost }, run)));
  await record(pass, found);
}

/** A re-run, by whomever, may have executed jobs whose reports stand there from earlier. */
async function withExecutions({ github, key }: Pass, fact: Fact): Promise<Fact> {
  if (fact.type !== 'run' || fact.status !== 'completed' || fact.attempt === 1) return fact;
  const again = executedAgain(await github.executions(key.repository, fact.runId));
  return again.length === 0 ? fact : { ...fact, executedAgain: [...again] };
}

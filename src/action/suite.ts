import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as core from '@actions/core';
import { JitError } from '../errors.ts';
import { changedPaths } from '../github/changed-paths.ts';
import type { RepositoryReader } from '../github/port.ts';
import type { Report } from '../report/schema.ts';
import { runSuite, type SuiteOptions } from '../suite/run.ts';
import { version } from '../version.ts';
import type { Begun } from './begin.ts';
import { earlierReports } from './earlier-report.ts';
import { approveHintOf, commentsOf, grantsOf, idLengthOf, refuseUnknowable } from './grants.ts';
import { proposedPolicy } from './head-policy.ts';
import { type Environment, type JobContext, required } from './job-context.ts';
import { jobPolicy } from './job-policy.ts';
import { liveOf } from './live.ts';
import { jobProgress } from './progress.ts';
import { stepsOfJob } from './steps.ts';

/** Runs the suite behind the gates and writes the report; exits 0 when `exit-code` says how the suite ended. */
export async function suite(environment: Environment, begun: Begun): Promise<number> {
  const { context, reader } = begun;
  const cwd = path.resolve(context.workspace, environment.JIT_INPUT_WORKING_DIRECTORY || '.');
  const { policy, texts, notices, readFile } = await jobPolicy(begun);
  const write = (line: string) => void process.stdout.write(`${line}\n`);
  const used = new Map<string, number>();
  refuseUnknowable(policy);
  const earlier = await earlierReports(environment.JIT_EARLIER, context.run);
  const comments = commentsOf(environment, context, policy, earlier, used);
  const live = await liveOf(environment, context, policy, comments, used, write);
  if (live.notice !== null) notices.push(live.notice);
  for (const notice of notices) core.notice(notice, { title: 'JIT Approval' });
  const interrupted = new AbortController();
  process.on('SIGINT', () => interrupted.abort()).on('SIGTERM', () => interrupted.abort());
  const report = await runSuite({
    policy,
    policySources: texts.map((text) => text.source),
    ...(await stepsOfJob(environment, context, policy)),
    cwd,
    root: context.workspace,
    environment,
    run: context.run,
    author: context.author,
    ...(context.labels === null ? {} : { labels: context.labels }),
    ...changedFilesOf(context, reader),
    headBranch: context.headBranch,
    grants: grantsOf(context, policy, reader, comments, used),
    ...(context.run.pullRequest === null ? { withoutPullRequest: policy.withoutPullRequest } : {}),
    ...(live.waiting === null ? {} : { waiting: live.waiting }),
    earlier: earlier.at(-1) ?? null,
    // a re-run with debug logging is for looking at everything
    skipPassed: environment.JIT_INPUT_SKIP_PASSED !== 'false' && environment.RUNNER_DEBUG !== '1',
    readFile,
    secrets: [environment.JIT_INPUT_GITHUB_TOKEN ?? ''].filter((secret) => secret !== ''),
    notices,
    proposed: await proposedPolicy(context, texts),
    approveHint: approveHintOf(context, policy),
    ...idLengthOf(policy),
    progress: jobProgress(write),
    now: Date.now,
    signal: interrupted.signal,
    version,
  });
  await leave(environment, report);
  return 0;
}

/** Without a reader the policy was not read, and nothing runs. */
function changedFilesOf(
  { run }: JobContext,
  reader: RepositoryReader | null,
): Pick<SuiteOptions, 'changedFiles'> {
  const { repository, pullRequest, head } = run;
  if (reader === null || repository === null || pullRequest === null || head === null) return {};
  return { changedFiles: changedPaths(reader, repository, pullRequest, head) };
}

async function leave(environment: Environment, report: Report): Promise<void> {
  const file = required(environment, 'JIT_REPORT');
  await writeFile(file, `${JSON.stringify(report)}\n`).catch((cause: unknown) => {
    throw new JitError('REPORT', `The report could not be written to ${file}; is RUNNER_TEMP writable?`, {
      cause,
    });
  });
  const count = (outcome: string) =>
    String(report.flagged.filter((entry) => entry.outcome === outcome).length);
  core.setOutput('result', report.result);
  core.setOutput('held', count('held'));
  core.setOutput('denied', count('denied'));
  core.setOutput('report', file);
  core.setOutput('exit-code', String(report.exitCode));
  core.setOutput('artifact', environment.JIT_ARTIFACT ?? '');
}

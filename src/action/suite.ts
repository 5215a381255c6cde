import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import * as core from '@actions/core';
import { decidedGrants, noDecisions } from '../approval/decided.ts';
import type { GrantSource } from '../approval/grant.ts';
import { JitError } from '../errors.ts';
import { changedPaths } from '../github/changed-paths.ts';
import { githubGrantSource } from '../github/grant-source.ts';
import { inheritedGrantSource } from '../github/inherited-grants.ts';
import type { RepositoryReader } from '../github/port.ts';
import type { Policy } from '../policy/parse.ts';
import type { Report } from '../report/schema.ts';
import { runSuite, type SuiteOptions } from '../suite/run.ts';
import { version } from '../version.ts';
import { earlierReport } from './earlier-report.ts';
import { proposedPolicy } from './head-policy.ts';
import { type Environment, type JobContext, jobContext, required } from './job-context.ts';
import { jobPolicy } from './job-policy.ts';
import { liveOf } from './live.ts';
import { jobProgress } from './progress.ts';
import { jobReader } from './reader.ts';
import { stepsOfJob } from './steps.ts';

/** Runs the suite behind the gates and writes the report; exits 0 when `exit-code` says how the suite ended. */
export async function suite(environment: Environment): Promise<number> {
  const context = jobContext(environment);
  const cwd = path.resolve(context.workspace, environment.JIT_INPUT_WORKING_DIRECTORY || '.');
  const reader = jobReader(environment);
  const { policy, texts, notices, readFile } = await jobPolicy(environment, context, reader);
  const write = (line: string) => void process.stdout.write(`${line}\n`);
  const used = new Map<string, number>();
  const live = liveOf(environment, context, policy, used, write);
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
    grants: grantsOf(context, policy, reader, used),
    ...(context.run.pullRequest === null ? { withoutPullRequest: policy.withoutPullRequest } : {}),
    ...(live.waiting === null ? {} : { waiting: live.waiting }),
    earlier: earlierReport(environment.JIT_EARLIER, context.run),
    // a re-run with debug logging is for looking at everything
    skipPassed: environment.JIT_INPUT_SKIP_PASSED !== 'false' && environment.RUNNER_DEBUG !== '1',
    readFile,
    secrets: [environment.JIT_INPUT_GITHUB_TOKEN ?? ''].filter((secret) => secret !== ''),
    notices,
    proposed: await proposedPolicy(context, texts),
    approveHint: (id) =>
      policy.app === null
        ? 'Nothing can be approved in this repository yet: the policy of the base branch names no App ("app: ID").'
        : context.run.pullRequest === null
          ? 'Held runtime actions are approved in a pull request; this run has none.'
          : `A maintainer approves it in the pull request: by the comment "/approve ${id}" or by the button of its check.`,
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

/** Where decisions come from: the App's check runs on the head. What is missing for that is said at every hold. */
function grantsOf(
  context: JobContext,
  policy: Policy,
  reader: RepositoryReader | null,
  used: Map<string, number>,
): GrantSource {
  const { repository, head, pullRequest, base } = context.run;
  const nothing = (problem: string) =>
    decidedGrants(async () => ({ decisions: noDecisions, problem }), Date.now);
  if (policy.app === null)
    return nothing('The policy names no App ("app: ID"), so nothing can be approved here.');
  if (reader === null)
    return nothing('Approvals cannot be read without the input "github-token" (checks: read).');
  const { inherits } = context;
  const sleep = (ms: number) => setTimeout(ms);
  const asked = { port: reader, appId: policy.app, now: Date.now, sleep, used };
  if (repository !== null && inherits !== null)
    return inheritedGrantSource({ ...asked, repository, inherits });
  if (repository === null || head === null || pullRequest === null || base === null) {
    return nothing('This run belongs to no pull request, so there are no approvals for it.');
  }
  return githubGrantSource({ ...asked, repository, head, pullRequest, base });
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

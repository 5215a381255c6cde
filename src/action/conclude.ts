import { readFile } from 'node:fs/promises';
import * as core from '@actions/core';
import { ExitCode, messageOf } from '../errors.ts';
import { checkWriter } from '../github/octokit.ts';
import { annotations, inCheck, workflowCommands } from '../report/annotations.ts';
import { reportOutput } from '../report/check-run.ts';
import { headline } from '../report/headline.ts';
import { type Report, reportSchema } from '../report/schema.ts';
import { jobSummary } from '../report/summary.ts';
import type { Environment } from './job-context.ts';
import { jobOctokit } from './reader.ts';

/** Shows the report where the team looks, and ends the job as the suite ended. */
export async function conclude(environment: Environment): Promise<number> {
  const report = await readReport(environment.JIT_REPORT);
  if (report === null) {
    core.info('The suite was not started, or did not end; its error stands above.');
    return ExitCode.failed;
  }
  for (const command of workflowCommands(report)) process.stdout.write(`${command}\n`);
  await core.summary.addRaw(jobSummary(report, undefined, artifactUrl(environment)), true).write();
  if (report.app === null) await publishCheck(environment, report);
  core.info(`Exit code ${report.exitCode}: ${headline(report)}.`);
  // an exit code that is missing or no number is a failure, never a success
  return /^\d{1,3}$/.test(environment.JIT_EXIT_CODE ?? '')
    ? Number(environment.JIT_EXIT_CODE)
    : ExitCode.failed;
}

/**
 * The report's own check run, where no App owns the checks. It informs and gates nothing: what may not be
 * written (a fork's token, no `checks: write`) is said in the log and changes no result.
 */
async function publishCheck(environment: Environment, report: Report): Promise<void> {
  const octokit = jobOctokit(environment);
  const { repository, head } = report.run;
  if (octokit === null || repository === null || head === null) return;
  const { title, summary, text } = reportOutput(report, artifactUrl(environment));
  const externalId = `jit-report ${report.run.job} ${report.run.attempt}`;
  try {
    await checkWriter(octokit).createCheckRun(repository, head, {
      name: 'JIT approval report',
      status: 'completed',
      conclusion:
        report.result === 'passed' ? 'success' : report.result === 'held' ? 'action_required' : 'failure',
      externalId,
      unfinishedExternalId: externalId,
      title,
      summary,
      text,
      actions: [],
      annotations: inCheck(annotations(report), report.policy[0]?.file ?? null),
    });
  } catch (thrown) {
    core.info(
      `No check run was made (it needs \`checks: write\`, which forks do not have): ${messageOf(thrown)}`,
    );
  }
}

/** Of the uploaded report; null unless it is a page of this very repository. */
function artifactUrl(environment: Environment): string | null {
  const {
    JIT_ARTIFACT_URL: url = '',
    GITHUB_SERVER_URL: server,
    GITHUB_REPOSITORY: repository,
  } = environment;
  const home = `${server}/${repository}/actions/runs/`;
  return url.startsWith(home) && /^\d+\/artifacts\/\d+$/.test(url.slice(home.length)) ? url : null;
}

async function readReport(file: string | undefined): Promise<Report | null> {
  if (file === undefined || file === '') return null;
  try {
    return reportSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (thrown) {
    if (!isMissing(thrown)) core.warning(`The report could not be read: ${messageOf(thrown).slice(0, 500)}`);
    return null;
  }
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
}

import { readReportZip } from '../../github/artifact-zip.ts';
import type { Report, StepResult } from '../../report/schema.ts';
import type { Comment, Pull } from '../model.ts';
import type { CheckRun, Run } from '../run-model.ts';
import type { Sandbox } from '../sandbox.ts';
import { appId, repository } from './stage.ts';
import { until } from './until.ts';

export const gateName = 'JIT approval: main';
const actionPrefix = 'JIT approval / ';

const shorterCleanup = {
  'src/carts.js': [
    '/** Deletes carts that nobody touched since `before` (ISO date). Returns how many. */',
    'export const deleteAbandonedCarts = async (pool, before) =>',
    "  (await pool.query('DELETE FROM carts WHERE touched_at < $1', [before])).rowCount;",
    '',
  ].join('\n'),
};

/** Alan's pull request: shorter code for deleting carts, or other files. */
export async function openPull(
  { act }: Sandbox,
  files: Readonly<Record<string, string>> = shorterCleanup,
): Promise<Pull> {
  const [branch, title] = ['shorter-cleanup', 'Delete carts with less code'];
  await act.push(repository, 'alan', { branch, from: 'main', message: title, files });
  return act.openPull(repository, 'alan', { head: branch, title, body: 'Same behaviour, fewer lines.' });
}

export function runOf({ read }: Sandbox): Run | undefined {
  return read.runs(repository)[0];
}

/** The run once its `attempt` has ended. */
export function finished(sandbox: Sandbox, attempt: number): Promise<Run> {
  return until(`attempt ${attempt} ends`, () => {
    const run = runOf(sandbox);
    return run?.attempts.find((entry) => entry.number === attempt)?.status === 'completed' ? run : null;
  });
}

export function gate(sandbox: Sandbox, pull: Pull): CheckRun | undefined {
  return ours(sandbox, pull).find((check) => check.name === gateName);
}

/** The check runs of held actions that wait for a decision. */
export function heldChecks(sandbox: Sandbox, pull: Pull): CheckRun[] {
  return ours(sandbox, pull).filter(
    (check) => check.name.startsWith(actionPrefix) && check.conclusion === 'action_required',
  );
}

export function idOf(check: CheckRun): string {
  return check.name.slice(actionPrefix.length);
}

function ours({ read }: Sandbox, pull: Pull): CheckRun[] {
  return read.checks(repository, pull.head.sha).filter((check) => check.suite.app.id === appId);
}

/** The App's answer to a comment: its reaction, and the comment that says why when it refused. */
export async function answerTo(
  sandbox: Sandbox,
  pull: Pull,
  comment: Comment,
): Promise<{ readonly reaction: string; readonly words: string | null }> {
  const reaction = await until('the App answers the comment', () => comment.reactions[0]?.content);
  if (reaction === '+1') return { reaction, words: null };
  const words = await until('the App says why', () =>
    sandbox.read.comments(pull).find((other) => other.app?.id === appId && other.id > comment.id),
  );
  return { reaction, words: words.body };
}

/** The report that the run's job left in an attempt, as an artifact. */
export function reportOf({ world }: Sandbox, run: Run, attempt: number): Report {
  const artifact = [...world.artifacts.values()].find(
    (entry) => entry.run.id === run.id && entry.name.startsWith('jit-') && entry.name.endsWith(`-${attempt}`),
  );
  if (artifact === undefined) throw new Error(`attempt ${attempt} left no report; see its job's log`);
  const read = readReportZip(artifact.zip);
  if (!read.ok) throw new Error(`the report of attempt ${attempt} cannot be read: ${read.why}`);
  return read.report;
}

/** Ids of the steps of an attempt that ended in a status. */
export function stepsThat(report: Report, status: StepResult['status']): string[] {
  return report.steps.filter((step) => step.status === status).map((step) => step.id);
}

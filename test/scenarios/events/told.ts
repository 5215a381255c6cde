import type { Pull } from '../../../src/sandbox/model.ts';
import type { Attempt, Job, Run } from '../../../src/sandbox/run-model.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';

/** Everything that a run tells people, as one text to be read and compared. */
export function told(sandbox: Sandbox, run: Run, pull: Pull | null): string {
  const text = [
    ...run.attempts.map((attempt) => ofAttempt(run, attempt)),
    checks(sandbox, run),
    ...(pull === null ? [] : comments(sandbox, pull)),
  ].join('\n\n');
  return steady(text);
}

function ofAttempt(run: Run, attempt: Attempt): string {
  const jobs = attempt.jobs.filter((job) => !job.carried).map(ofJob);
  return [`## ${run.eventName}, attempt ${attempt.number}: ${attempt.conclusion}`, ...jobs].join('\n\n');
}

function ofJob(job: Job): string {
  const annotations = job.annotations.map(
    ({ level, path, startLine, title, message }) =>
      `- ${level} ${path}:${startLine} ${title ?? ''}\n${message.replace(/^/gm, '  > ')}`,
  );
  const lines = job.log.map((line) => line.slice(line.indexOf(' ') + 1));
  const outputs = lines.filter((line) => line.startsWith('outputs:'));
  const exits = lines.filter((line) => /^(##\[error\])?Process completed with exit code/.test(line));
  return [
    `### Job ${job.plan.name}: ${job.conclusion}`,
    ...[...outputs, ...exits].map((line) => `\`${line}\``),
    '#### Annotations',
    annotations.join('\n') || 'none',
    '#### Summary',
    job.summaries.join('\n').trimEnd() || 'none',
  ].join('\n\n');
}

function checks({ read }: Sandbox, run: Run): string {
  const repository = `${run.repository.owner.login}/${run.repository.name}`;
  const all = read
    .checks(repository, run.headSha)
    .map(
      (one) => `- ${one.name} (${one.suite.app.slug}): ${one.conclusion ?? one.status}; ${one.title ?? '-'}`,
    );
  return ['## Check runs on the head', ...all.sort()].join('\n');
}

/** Without those folded away: how often people were told while the jobs ended is a matter of their order. */
function comments({ read }: Sandbox, pull: Pull): string[] {
  const open = read.comments(pull).filter(({ minimized }) => minimized === null);
  return open.map((one) => {
    const reactions = one.reactions.map(({ content }) => ` [${content}]`).join('');
    return `## Comment by ${one.author.login}${reactions}\n\n${one.body}`;
  });
}

/** What no two runs have in common. Ids of actions stay: they are made of what ran, and of the policy. */
function steady(text: string): string {
  return (
    `${text}\n`
      // of several jobs the first to end is told first
      .replace(/(^- `.*\n)+/gm, (list) =>
        list
          .split(/(?<=\n)/)
          .sort()
          .join(''),
      )
      .replace(/```mermaid[\s\S]*?```/g, '(timeline)')
      .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
      .replace(/\b[0-9a-f]{40,64}\b/g, 'HASH')
      .replace(/\b(blob|commit|on) [0-9a-f]{12}\b/g, '$1 HASH')
      .replace(/\/approve all [0-9a-z]{8}(?=`)/g, '/approve all SETID')
      .replace(/#issuecomment-\d+/g, '#issuecomment-N')
      .replace(/\/(runs|job|artifacts)\/\d+/g, '/$1/N')
      .replace(/\b\d+(\.\d+)? (ms|s|min)\b/g, 'TIME')
      .replace(/\b\d{1,2} [A-Z][a-z]{2} \d{4}, \d\d:\d\d UTC/g, 'INSTANT')
      .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?( UTC|Z)?/g, 'INSTANT')
  );
}

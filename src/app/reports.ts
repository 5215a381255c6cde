import type { Fact, RecordedFact } from '../approval/facts.ts';
import { readReportZip } from '../github/artifact-zip.ts';
import type { AppGitHub, Artifact, PullRequest, WorkflowJob, WorkflowRun } from '../github/port.ts';
import type { PullKey } from '../ledger/port.ts';
import type { Report } from '../report/schema.ts';
import type { GatePolicy } from './gate-policy.ts';
import { pullRequestsWithHead } from './pull-requests-of-run.ts';
import { type ReportTruth, reportFact } from './report-fact.ts';

/** Beyond this an artifact is not even fetched; a report of thousands of actions is far smaller. */
const maximumBytes = 10 * 1024 * 1024;
/** A matrix has at most 256 jobs; an attempt of more reports than this is no suite's. */
const maximumReports = 500;

export interface ReportSource {
  readonly key: PullKey;
  readonly github: Pick<
    AppGitHub,
    'artifacts' | 'downloadArtifact' | 'executions' | 'pullRequestsOf' | 'openPullRequests'
  >;
  readonly pull: PullRequest;
  readonly policy: GatePolicy;
  readonly facts: readonly RecordedFact[];
  readonly at: string;
  /** Where GitHub's pages are. */
  readonly host: string;
}

/** Facts of the reports that a run left and that are not in the ledger yet. */
export async function newReports(source: ReportSource, run: WorkflowRun): Promise<readonly Fact[]> {
  const known = new Set(source.facts.flatMap((fact) => (fact.type === 'report' ? [fact.artifactId] : [])));
  const found: Fact[] = [];
  const perAttempt = new Map<number, number>();
  const artifacts = await source.github.artifacts(source.key.repository, run.id);
  const asks = asksOf(source, run);
  for (const artifact of [...artifacts].sort((a, b) => a.id - b.id)) {
    const name = reportName(artifact.name);
    if (name === null) continue;
    const count = (perAttempt.get(name.attempt) ?? 0) + 1;
    perAttempt.set(name.attempt, count);
    // one more than may be stands for all that follow: they are neither fetched nor told one by one
    if (known.has(artifact.id) || count > maximumReports + 1) continue;
    const fact =
      count > maximumReports
        ? reportFact(truthOf(source, run, artifact, name), tooMany(name.attempt), source.at)
        : await readOne(source, run, artifact, { ...name, asks });
    if (fact !== null) found.push(fact);
  }
  return found;
}

function tooMany(attempt: number): string {
  return `attempt ${attempt} left more than ${maximumReports} reports; this one and those after it are not read`;
}

/** `jit-<job>-<index>-<use>-<attempt>`: the job's identity over attempts, and the attempt. */
export function reportName(name: string): { readonly job: string; readonly attempt: number } | null {
  const found = /^jit-(.{1,300})-([1-9]\d{0,3})$/s.exec(name);
  return found?.[1] === undefined ? null : { job: found[1], attempt: Number(found[2]) };
}

/** What GitHub and the base's policy say of an artifact. */
function truthOf(
  { key, pull, policy, host }: ReportSource,
  run: WorkflowRun,
  artifact: Artifact,
  name: { readonly job: string; readonly attempt: number },
): ReportTruth {
  return {
    ...name,
    host,
    repository: key.repository,
    pullRequest: key.number,
    base: pull.base.ref,
    head: run.headSha,
    runId: run.id,
    runAttempt: run.attempt,
    artifactId: artifact.id,
    policyBlobs: policy.blobs,
    organisationBlob: policy.organisationBlob,
    rules: policy.rules,
    mode: policy.mode,
  };
}

async function readOne(
  source: ReportSource,
  run: WorkflowRun,
  artifact: Artifact,
  { asks, ...name }: { readonly job: string; readonly attempt: number; readonly asks: Asks },
): Promise<Fact | null> {
  const place = `${source.key.repository} ${artifact.id} ${artifact.createdAt ?? ''}`;
  const other = elsewhere.get(place);
  if (other !== undefined && (await isOfAnother(source, asks, other))) return null;
  const truth = truthOf(source, run, artifact, name);
  const read = await downloadReport(source.github, source.key.repository, artifact);
  if (typeof read === 'string') return reportFact(truth, read, source.at);
  const { pullRequest, checkRunId: claimed } = read.run;
  if (await isOfAnother(source, asks, pullRequest)) {
    keepElsewhere(place, pullRequest);
    return null;
  }
  if (claimed === null || (await asks.jobs()).some(isExecution(claimed, name.attempt)))
    return reportFact(truth, read, source.at);
  // GitHub may list a job late; but what is not settled is fetched anew at each look, so not for as long as a run goes on
  if (run.status !== 'completed' && isFresh(artifact, source.at)) return null;
  const why = `it says that job ${claimed} made it, which GitHub does not list in attempt ${name.attempt} of this run`;
  return reportFact(truth, why, source.at);
}

/** Longer than GitHub needs to list a job that has begun. */
const listedWithinMs = 5 * 60_000;

function isFresh({ createdAt }: Artifact, at: string): boolean {
  return createdAt !== null && Date.parse(at) - Date.parse(createdAt) < listedWithinMs;
}

/** What GitHub is asked once for all reports of a run, when one makes it necessary. */
interface Asks {
  /** Jobs of the run in all attempts. */
  jobs(): Promise<readonly WorkflowJob[]>;
  /** Pull requests that have the run's head. */
  sharing(): Promise<readonly PullRequest[]>;
}

function asksOf({ github, key }: ReportSource, run: WorkflowRun): Asks {
  return {
    jobs: once(() => github.executions(key.repository, run.id)),
    sharing: once(() => pullRequestsWithHead(github, key.repository, run)),
  };
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | null = null;
  return () => {
    asked ??= ask();
    return asked;
  };
}

/**
 * Artifacts that hold another pull request's report, with its number: nothing is recorded of them here, and they would
 * be fetched anew at each look. What an artifact says never changes.
 */
const elsewhere = new Map<string, number | null>();
const mostElsewhere = 20_000;

function keepElsewhere(place: string, claimed: number | null): void {
  if (elsewhere.size >= mostElsewhere) elsewhere.clear();
  elsewhere.set(place, claimed);
}

const isExecution = (id: number, attempt: number) => (job: WorkflowJob) =>
  job.id === id && job.attempt === attempt;

/** The report in an artifact; a sentence when it holds none. */
export async function downloadReport(
  github: Pick<AppGitHub, 'downloadArtifact'>,
  repository: string,
  artifact: Artifact,
): Promise<Report | string> {
  if (artifact.expired) return 'its artifact has expired; run the job again';
  if (artifact.sizeInBytes > maximumBytes) {
    return `its artifact has ${artifact.sizeInBytes} bytes; at most ${maximumBytes} are read`;
  }
  const read = readReportZip(await github.downloadArtifact(repository, artifact.id));
  return read.ok ? read.report : read.why;
}

/** Two pull requests may share a head and so its runs: a report for the other one is not ours to judge. */
async function isOfAnother({ key }: ReportSource, asks: Asks, claimed: number | null): Promise<boolean> {
  if (claimed === null || claimed === key.number) return false;
  const pulls = await asks.sharing();
  return pulls.some((pull) => pull.number === claimed && pull.state === 'open');
}

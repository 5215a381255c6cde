import type { Fact, RecordedFact } from '../approval/facts.ts';
import { readReportZip } from '../github/artifact-zip.ts';
import type { AppGitHub, Artifact, PullRequest, WorkflowRun } from '../github/port.ts';
import type { PullKey } from '../ledger/port.ts';
import type { Report } from '../report/schema.ts';
import type { GatePolicy } from './gate-policy.ts';
import { reportFact } from './report-fact.ts';

/** Beyond this an artifact is not even fetched; a report of thousands of actions is far smaller. */
const maximumBytes = 10 * 1024 * 1024;

export interface ReportSource {
  readonly key: PullKey;
  readonly github: Pick<AppGitHub, 'artifacts' | 'downloadArtifact' | 'pullRequestsOf'>;
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
  for (const artifact of await source.github.artifacts(source.key.repository, run.id)) {
    const name = reportName(artifact.name);
    if (name === null || known.has(artifact.id)) continue;
    const fact = await readOne(source, run, artifact, name);
    if (fact !== null) found.push(fact);
  }
  return found;
}

/** `jit-<job>-<index>-<use>-<attempt>`: the job's identity over attempts, and the attempt. */
export function reportName(name: string): { readonly job: string; readonly attempt: number } | null {
  const found = /^jit-(.{1,300})-([1-9]\d{0,3})$/s.exec(name);
  return found?.[1] === undefined ? null : { job: found[1], attempt: Number(found[2]) };
}

async function readOne(
  source: ReportSource,
  run: WorkflowRun,
  artifact: Artifact,
  name: { readonly job: string; readonly attempt: number },
): Promise<Fact | null> {
  const { key, pull, policy } = source;
  const truth = {
    ...name,
    host: source.host,
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
  const read = await downloadReport(source.github, key.repository, artifact);
  if (typeof read !== 'string' && (await isOfAnother(source, run, read.run.pullRequest))) return null;
  return reportFact(truth, read, source.at);
}

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
async function isOfAnother(
  { github, key }: ReportSource,
  run: WorkflowRun,
  claimed: number | null,
): Promise<boolean> {
  if (claimed === null || claimed === key.number || run.headRepository === null) return false;
  const pulls = await github.pullRequestsOf(run.headRepository, run.headSha);
  return pulls.some(
    (pull) =>
      pull.number === claimed &&
      pull.base.repository === key.repository &&
      pull.state === 'open' &&
      pull.head.sha === run.headSha,
  );
}

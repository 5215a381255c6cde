import { createHash } from 'node:crypto';
import type { GrantSource } from '../approval/grant.ts';
import type { Known, RunContext } from '../policy/action.ts';
import type { Loaded, Policy } from '../policy/parse.ts';
import { redactText } from '../report/redaction.ts';
import type { Flagged, PolicySource, Report, StepResult } from '../report/schema.ts';
import { recordingNotice } from '../report/sentences.ts';
import { Children, type StepExit } from './child.ts';
import { secretsOf, suiteEnvironment } from './environment.ts';
import { createJudge } from './judge.ts';
import { openGates } from './open-gates.ts';
import { PolicyComparison } from './policy-change.ts';
import { Recorder, type StepCounts } from './recorder.ts';
import { Recording } from './recording.ts';
import { editLink } from './remembering.ts';
import { resume } from './resume.ts';
import type { Step } from './steps.ts';
import { surroundingsOf } from './surroundings.ts';

export interface SuiteOptions {
  readonly policy: Policy;
  readonly policySources: readonly PolicySource[];
  readonly steps: readonly Step[];
  readonly cwd: string;
  /** The repository's folder: what is shown of paths is relative to it. */
  readonly root: string;
  /** The whole environment as it was given, secrets included. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly run: Report['run'];
  readonly author: string | null;
  /** Of the pull request; left out where there is none. */
  readonly labels?: readonly string[];
  /** Head branch, for `run.head`. */
  readonly headBranch: string | null;
  readonly grants: GrantSource;
  /** This job's report of the highest earlier attempt. */
  readonly earlier: Report | null;
  readonly skipPassed: boolean;
  readonly readFile: (file: string) => Promise<Known<string>>;
  readonly secrets: readonly string[];
  readonly notices: readonly string[];
  /** The pull request's own policy where it differs from what judges; it decides nothing. */
  readonly proposed?: { readonly loaded: Loaded; readonly file: string } | null;
  readonly approveHint: (id: string) => string;
  readonly progress: Progress;
  readonly now: () => number;
  readonly signal: AbortSignal;
  readonly version: string;
}

/** What is shown while the suite runs. */
export interface Progress {
  stepStarted(step: Step): void;
  stepEnded(result: StepResult): void;
  flagged(flagged: Flagged): void;
}

/** Runs the suite behind the gates and returns the report. Everything that it started is ended. */
export async function runSuite(options: SuiteOptions): Promise<Report> {
  const startedAt = options.now();
  const secrets = [...new Set([...options.secrets, ...secretsOf(options.environment)])];
  const recorder = new Recorder();
  for (const notice of options.notices) recorder.notice(notice);
  if (options.policy.mode === 'record') recorder.notice(recordingNotice);
  const recording = new Recording(secrets);
  const comparison = comparisonOf(options, secrets);
  let current: Step | null = null;
  const judge = createJudge({
    policy: options.policy,
    grants: options.grants,
    recorder,
    run: () => runContext(options, current?.id ?? ''),
    readFile: options.readFile,
    environment: options.environment,
    secrets,
    now: options.now,
    approveHint: options.approveHint,
    onFlagged: (flagged) => options.progress.flagged(flagged),
    surroundings: surroundingsOf(options.environment),
    editLink: editLink(options.environment.GITHUB_SERVER_URL, options.run.repository),
    onJudged: (met) => {
      recording.add(met);
      comparison?.add(met);
    },
    // a recorded run is what a policy is written from: rules that allow need the resolved names
    resolves: (action) => options.policy.mode === 'record' && recording.wants(action),
  });
  const gates = await openGates({
    policy: options.policy,
    environment: options.environment,
    judge,
    notice: (sentence) => recorder.notice(redactText(sentence, secrets)),
    root: options.root,
  });
  for (const target of gates.targets) recorder.declare(target);
  const environment = suiteEnvironment(options.environment, gates.takenOver, {
    ...gates.environment,
    JIT_APPROVAL_SEED: seed(options.run),
    JIT_APPROVAL_ATTEMPT: String(options.run.attempt),
  });
  const children = new Children(environment, options.cwd);
  const onAbort = () => children.interrupt('SIGINT');
  options.signal.addEventListener('abort', onAbort, { once: true });
  const results: StepResult[] = [];
  try {
    const skips = options.skipPassed
      ? resume(options.steps, options.earlier, { head: options.run.head, policy: options.policySources })
      : new Map<string, number>();
    for (const step of options.steps) {
      current = step;
      const result = await runStep(options, step, skips, results, children, recorder.counts(step.id));
      results.push({ ...result, command: redactText(result.command, secrets) });
      options.progress.stepEnded(result);
    }
  } finally {
    options.signal.removeEventListener('abort', onAbort);
    children.end();
    await gates.close();
  }
  return {
    version: 1,
    generator: `jit-approval ${options.version}`,
    run: options.run,
    policy: [...options.policySources],
    app: options.policy.app,
    startedAt: new Date(startedAt).toISOString(),
    durationMs: options.now() - startedAt,
    ...outcome(results),
    steps: results,
    ...recorder.results(),
    ...recording.results(),
    ...(comparison === null ? {} : { policyChange: comparison.result() }),
  };
}

function comparisonOf(
  { policy, proposed }: SuiteOptions,
  secrets: readonly string[],
): PolicyComparison | null {
  if (proposed === undefined || proposed === null) return null;
  return new PolicyComparison({ judging: policy, proposed: proposed.loaded, file: proposed.file, secrets });
}

function runContext(options: SuiteOptions, step: string): RunContext {
  const { event, base, attempt } = options.run;
  const { headBranch: head, author, labels } = options;
  const now = options.now();
  return { event, base, head, author, step, attempt, now, ...(labels === undefined ? {} : { labels }) };
}

/** Stable for one pull request, so that generated test data can repeat itself over attempts. */
function seed(run: Report['run']): string {
  const of = run.pullRequest === null ? ['local', run.head] : [run.repository, run.pullRequest];
  return createHash('sha256').update(JSON.stringify(of)).digest('hex').slice(0, 16);
}

async function runStep(
  options: SuiteOptions,
  step: Step,
  skips: ReadonlyMap<string, number>,
  before: readonly StepResult[],
  children: Children,
  counts: StepCounts,
): Promise<StepResult> {
  const base = { id: step.id, command: step.run.slice(0, 4000), needs: [...step.needs] };
  const skipped = (reason: string, passedInAttempt: number | null): StepResult => ({
    ...base,
    status: 'skipped',
    reason,
    exitCode: null,
    startedAt: null,
    durationMs: 0,
    allowed: 0,
    held: 0,
    denied: 0,
    passedInAttempt,
  });
  const passedIn = skips.get(step.id);
  if (passedIn !== undefined) return skipped(`passed in attempt ${passedIn}`, passedIn);
  if (options.signal.aborted) return skipped('interrupted', null);
  const broken = before.find((result) => step.needs.includes(result.id) && blocksOthers(result));
  if (broken !== undefined) return skipped(`needs "${broken.id}", which ${blockedWord(broken)}`, null);
  options.progress.stepStarted(step);
  const startedAt = options.now();
  const exit = await children.run(step);
  return {
    ...base,
    status: statusOf(exit, counts),
    reason: exit.reason,
    exitCode: exit.code,
    startedAt: new Date(startedAt).toISOString(),
    durationMs: options.now() - startedAt,
    ...counts,
    passedInAttempt: null,
  };
}

/**
 * A step that failed by itself stops what needs it, as a failed command stops a script. A held or denied one
 * does not: one run shall find every hold that it can reach.
 */
function blocksOthers(result: StepResult): boolean {
  return result.status === 'failed' || (result.status === 'skipped' && result.passedInAttempt === null);
}

function blockedWord(result: StepResult): string {
  return result.status === 'failed' ? 'failed' : 'was skipped';
}

/** A refused action counts even where the suite swallowed the error: the step did not do what it was written for. */
function statusOf(exit: StepExit, counts: StepCounts): StepResult['status'] {
  if (counts.denied > 0) return 'denied';
  if (counts.held > 0) return 'held';
  return exit.code === 0 ? 'passed' : 'failed';
}

/** Denied beats held beats failed: what a person has to act on first. */
function outcome(results: readonly StepResult[]): Pick<Report, 'result' | 'exitCode'> {
  if (results.some((entry) => entry.status === 'denied')) return { result: 'denied', exitCode: 77 };
  if (results.some((entry) => entry.status === 'held')) return { result: 'held', exitCode: 75 };
  const failed = results.find((entry) => entry.status === 'failed');
  if (failed !== undefined) return { result: 'failed', exitCode: failed.exitCode || 1 };
  const interrupted = results.some((entry) => entry.status === 'skipped' && entry.passedInAttempt === null);
  return interrupted ? { result: 'failed', exitCode: 130 } : { result: 'passed', exitCode: 0 };
}

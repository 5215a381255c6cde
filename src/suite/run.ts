import type { GrantSource } from '../approval/grant.ts';
import { UniqueKeys } from '../checks/unique/unique.ts';
import { ExitCode, messageOf } from '../errors.ts';
import type { Known } from '../policy/action.ts';
import type { Loaded, Policy } from '../policy/parse.ts';
import { redactText } from '../report/redaction.ts';
import type { Flagged, PolicySource, Report, StepResult } from '../report/schema.ts';
import { recordingNotice, withoutPullRequestNotice } from '../report/sentences.ts';
import { SqlThread } from '../targets/sql-thread.ts';
import { Children } from './child.ts';
import { secretsOf } from './environment.ts';
import { inLanes } from './lanes.ts';
import { Later } from './later.ts';
import { openLanes } from './open-lanes.ts';
import { PolicyComparison } from './policy-change.ts';
import { Recorder } from './recorder.ts';
import { Recording } from './recording.ts';
import { Relay } from './relay.ts';
import { resume } from './resume.ts';
import { forgiven, runStep } from './run-step.ts';
import type { Step } from './steps.ts';
import type { Waiting } from './wait-for-people.ts';
import { keySecret, WrittenKeys } from './written-keys.ts';

export interface SuiteOptions {
  readonly policy: Policy;
  readonly policySources: readonly PolicySource[];
  readonly steps: readonly Step[];
  /** How many steps may run at a time. */
  readonly parallel: number;
  readonly cwd: string;
  /** The repository's folder: what is shown of paths is relative to it. */
  readonly root: string;
  /** The whole environment as it was given, secrets included. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly run: Report['run'];
  readonly author: string | null;
  /** Of the pull request; left out where there is none. */
  readonly labels?: readonly string[];
  /** Paths that the pull request changes; left out where there is none. */
  readonly changedFiles?: () => Promise<Known<readonly string[]>>;
  /** Head branch, for `run.head`. */
  readonly headBranch: string | null;
  readonly grants: GrantSource;
  /** What becomes of a hold that nobody decided, where there is no pull request to ask in; default hold. */
  readonly withoutPullRequest?: Policy['withoutPullRequest'];
  /** Where a hold may wait for people; without it none does. */
  readonly waiting?: Waiting;
  /** This job's report of the highest earlier attempt. */
  readonly earlier: Report | null;
  readonly skipPassed: boolean;
  readonly readFile: (file: string) => Promise<Known<string>>;
  readonly secrets: readonly string[];
  readonly notices: readonly string[];
  /** The pull request's own policy where it differs from what judges; it decides nothing. */
  readonly proposed?: { readonly loaded: Loaded; readonly file: string } | null;
  readonly approveHint: (id: string) => string;
  /** Characters of a printed id; default `runIdLength`. */
  readonly idLength?: number;
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
  else if (options.withoutPullRequest === 'allow') recorder.notice(withoutPullRequestNotice);
  const recording = new Recording(secrets);
  const comparison = comparisonOf(options, secrets);
  const later = new Later((thrown) =>
    recorder.notice(redactText(`Something is missing from this report: ${messageOf(thrown)}`, secrets)),
  );
  const written = new WrittenKeys(keySecret(options.policy, options.environment), options.earlier);
  const sqlThread = new SqlThread();
  const lanes = await openLanes(options, {
    recorder,
    recording,
    comparison,
    secrets,
    keys: new UniqueKeys(),
    written,
    later,
    sqlThread,
  });
  const children = new Children(options.cwd);
  const relay = lanes.length > 1 ? new Relay(process.stdout) : null;
  const onAbort = () => children.interrupt('SIGINT');
  options.signal.addEventListener('abort', onAbort, { once: true });
  let results: StepResult[];
  try {
    const skips = options.skipPassed
      ? resume(options.steps, options.earlier, { head: options.run.head, policy: options.policySources })
      : new Map<string, number>();
    const running = { options, skips, children, relay, secrets };
    results = await inLanes(options.steps, lanes, async (step, lane, before) => {
      lane.step = step.id;
      const ending = runStep(running, step, lane.environment, before, recorder.counts(step.id));
      // its command has just been started
      lane.gates.warm();
      const result = await ending;
      options.waiting?.live.release(step.id);
      return result;
    });
  } finally {
    options.signal.removeEventListener('abort', onAbort);
    children.end();
    relay?.close();
    await Promise.all(lanes.map(({ gates }) => gates.close()));
    await sqlThread.end();
  }
  later.finish();
  for (const notice of written.notices()) recorder.notice(notice);
  return {
    version: 1,
    generator: `jit-approval ${options.version}`,
    run: options.run,
    policy: [...options.policySources],
    app: options.policy.app,
    startedAt: new Date(startedAt).toISOString(),
    durationMs: options.now() - startedAt,
    ...outcome(options.steps, results),
    steps: results,
    ...recorder.results(),
    ...(await recording.results()),
    ...(comparison === null ? {} : { policyChange: comparison.result() }),
    ...written.results(),
  };
}

function comparisonOf(
  { policy, proposed }: SuiteOptions,
  secrets: readonly string[],
): PolicyComparison | null {
  if (proposed === undefined || proposed === null) return null;
  return new PolicyComparison({ judging: policy, proposed: proposed.loaded, file: proposed.file, secrets });
}

/** Denied beats held beats failed: what a person has to act on first. */
function outcome(
  steps: readonly Step[],
  results: readonly StepResult[],
): Pick<Report, 'result' | 'exitCode'> {
  if (results.some((entry) => entry.status === 'denied'))
    return { result: 'denied', exitCode: ExitCode.denied };
  if (results.some((entry) => entry.status === 'held')) return { result: 'held', exitCode: ExitCode.held };
  const failed = results.find((entry) => entry.status === 'failed' && !forgiven(steps, entry));
  if (failed !== undefined) return { result: 'failed', exitCode: failed.exitCode || 1 };
  const interrupted = results.some((entry) => entry.status === 'skipped' && entry.passedInAttempt === null);
  return interrupted ? { result: 'failed', exitCode: 130 } : { result: 'passed', exitCode: 0 };
}

import { createHash } from 'node:crypto';
import type { UniqueKeys } from '../checks/unique/unique.ts';
import { JitError } from '../errors.ts';
import type { RunContext } from '../policy/action.ts';
import { redactText } from '../report/redaction.ts';
import type { Report } from '../report/schema.ts';
import type { SqlThread } from '../targets/sql-thread.ts';
import { notForSteps, suiteEnvironment } from './environment.ts';
import { createJudge } from './judge.ts';
import type { Later } from './later.ts';
import { type OpenGates, openGates } from './open-gates.ts';
import { originEnvironment } from './origins.ts';
import type { PolicyComparison } from './policy-change.ts';
import type { Recorder } from './recorder.ts';
import type { Recording } from './recording.ts';
import { editLink } from './remembering.ts';
import type { SuiteOptions } from './run.ts';
import type { Step } from './steps.ts';
import { surroundingsOf } from './surroundings.ts';
import type { WrittenKeys } from './written-keys.ts';

/** A place for one step at a time, behind gates of its own: whatever comes through them is that step's. */
export interface Lane {
  readonly gates: OpenGates;
  /** Of everything that is started in it. */
  readonly environment: Readonly<Record<string, string>>;
  step: string;
}

/** What the lanes of a run have in common. */
export interface Shared {
  readonly recorder: Recorder;
  readonly recording: Recording;
  readonly comparison: PolicyComparison | null;
  readonly secrets: readonly string[];
  readonly keys: UniqueKeys;
  readonly written: WrittenKeys;
  readonly later: Later;
  readonly sqlThread: SqlThread;
}

/** As many lanes as steps may run at a time. Closes what it opened when something is wrong. */
export async function openLanes(options: SuiteOptions, shared: Shared): Promise<Lane[]> {
  const lanes: Lane[] = [];
  try {
    for (let count = Math.min(options.parallel, options.steps.length); count > 0; count--) {
      lanes.push(await openLane(options, shared));
    }
    if (lanes[0] !== undefined) refuseVariables(options.steps, lanes[0].gates);
  } catch (thrown) {
    await Promise.all(lanes.map(({ gates }) => gates.close()));
    throw thrown;
  }
  for (const target of lanes[0]?.gates.targets ?? []) shared.recorder.declare(target);
  return lanes;
}

async function openLane(options: SuiteOptions, shared: Shared): Promise<Lane> {
  const { recorder, recording, comparison, secrets, keys, written, later } = shared;
  const judge = createJudge({
    policy: options.policy,
    grants: options.grants,
    ...(options.withoutPullRequest === undefined ? {} : { withoutPullRequest: options.withoutPullRequest }),
    ...(options.waiting === undefined ? {} : { waiting: options.waiting }),
    recorder,
    run: () => runContext(options, lane.step),
    readFile: options.readFile,
    environment: options.environment,
    secrets,
    keys,
    written,
    ...(options.changedFiles === undefined ? {} : { changedFiles: options.changedFiles }),
    now: options.now,
    approveHint: options.approveHint,
    ...(options.idLength === undefined ? {} : { idLength: options.idLength }),
    onFlagged: (flagged) => options.progress.flagged(flagged),
    surroundings: surroundingsOf(options.environment),
    editLink: editLink(options.environment.GITHUB_SERVER_URL, options.run.repository),
    later,
    onJudged: (met) => {
      recording.add(met);
      comparison?.add(met);
    },
    // a recorded run is what a policy is written from: rules that allow need the resolved names
    resolves: (action) => {
      if (options.policy.mode !== 'record') return false;
      later.finish();
      return recording.wants(action);
    },
  });
  const gates = await openGates({
    policy: options.policy,
    environment: options.environment,
    judge,
    notice: (sentence) => recorder.notice(redactText(sentence, secrets)),
    root: options.root,
    sqlThread: shared.sqlThread,
  });
  const environment = suiteEnvironment(options.environment, gates.takenOver, {
    ...gates.trust,
    ...originEnvironment(options.environment, options.root, gates.ports),
    ...gates.environment,
    JIT_APPROVAL_SEED: seed(options.run),
    JIT_APPROVAL_ATTEMPT: String(options.run.attempt),
  });
  const lane: Lane = { gates, environment, step: '' };
  return lane;
}

/** A step that sets what a gate took over would go around the gate, by mistake most of the time. */
function refuseVariables(steps: readonly Step[], { takenOver, environment }: OpenGates): void {
  for (const { id, env } of steps) {
    for (const name of Object.keys(env)) {
      const why = notForSteps(name, takenOver, environment);
      if (why !== null) throw new JitError('STEPS', `Step "${id}" cannot set ${name}: ${why}.`);
    }
  }
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

import path from 'node:path';
import { redactText } from '../report/redaction.ts';
import type { StepResult } from '../report/schema.ts';
import { again } from './again.ts';
import type { Children, StepExit } from './child.ts';
import type { StepCounts } from './recorder.ts';
import type { Relay } from './relay.ts';
import type { SuiteOptions } from './run.ts';
import type { Step } from './steps.ts';

/** What the steps of one run share. */
export interface Running {
  readonly options: Pick<SuiteOptions, 'steps' | 'earlier' | 'root' | 'cwd' | 'signal' | 'progress' | 'now'>;
  /** Steps that need not run, with the attempt in which each passed. */
  readonly skips: ReadonlyMap<string, number>;
  readonly children: Children;
  /** Null where steps write to our own streams, one after the other. */
  readonly relay: Relay | null;
  readonly secrets: readonly string[];
}

/** Runs one step, or says why not. */
export async function runStep(
  running: Running,
  step: Step,
  environment: Readonly<Record<string, string>>,
  before: readonly StepResult[],
  counts: StepCounts,
): Promise<StepResult> {
  const { options, relay } = running;
  const idle = notRun(running, step, before);
  if (idle !== null) {
    const part = relay?.open(() => {});
    const say = () => options.progress.stepEnded(idle);
    if (part === undefined) say();
    else part.end(say);
    return idle;
  }
  const command = again(step, options.earlier, path.relative(options.root, options.cwd));
  const begin = () => options.progress.stepStarted({ ...step, run: command.run });
  const part = relay?.open(begin);
  if (part === undefined) begin();
  const startedAt = options.now();
  const exit = await execute(running, step, command, environment, part?.descriptor ?? null);
  const result: StepResult = {
    ...common(running, step),
    status: statusOf(exit, counts),
    reason: reasonOf(step, command.run, exit, running.secrets),
    exitCode: exit.code,
    startedAt: new Date(startedAt).toISOString(),
    durationMs: options.now() - startedAt,
    ...counts,
    passedInAttempt: null,
  };
  const say = () => options.progress.stepEnded(result);
  if (part === undefined) say();
  else part.end(say);
  return result;
}

async function execute(
  { children }: Running,
  step: Step,
  { before, run }: { readonly before: string | null; readonly run: string },
  environment: Readonly<Record<string, string>>,
  output: number | null,
): Promise<StepExit> {
  if (before !== null) {
    const cleaned = await children.run({ ...step, argv: null, run: before }, environment, output);
    if (cleaned.code !== 0) {
      const { code, reason } = cleaned;
      return { code, reason: `before-rerun ${reason ?? `exited with ${code}`}; the step was not started` };
    }
  }
  return children.run({ ...step, run }, environment, output);
}

/** Why a step is not started, as its result; null when it is. */
function notRun(running: Running, step: Step, before: readonly StepResult[]): StepResult | null {
  const { options, skips } = running;
  const skipped = (reason: string, passedInAttempt: number | null): StepResult => ({
    ...common(running, step),
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
  const broken = before.find(
    (result) => step.needs.includes(result.id) && blocksOthers(options.steps, result),
  );
  return broken === undefined ? null : skipped(`needs "${broken.id}", which ${blockedWord(broken)}`, null);
}

function common({ secrets }: Running, { id, run, needs }: Step) {
  return { id, command: redactText(run.slice(0, 4000), secrets), needs: [...needs] };
}

function reasonOf(step: Step, run: string, exit: StepExit, secrets: readonly string[]): string | null {
  const reasons = [
    ...(run === step.run ? [] : [`only what was held ran again: ${redactText(run, secrets)}`]),
    ...(exit.reason === null ? [] : [exit.reason]),
    ...(exit.code !== 0 && step.continueOnError
      ? ['continue-on-error: its own failure fails nothing else']
      : []),
  ];
  return reasons.length === 0 ? null : reasons.join('; ').slice(0, 1000);
}

/**
 * A step that failed by itself stops what needs it, as a failed command stops a script. A held or denied one
 * does not: one run shall find every hold that it can reach.
 */
function blocksOthers(steps: readonly Step[], result: StepResult): boolean {
  if (result.status === 'failed') return !forgiven(steps, result);
  return result.status === 'skipped' && result.passedInAttempt === null;
}

/** Whether its step says `continue-on-error`. */
export function forgiven(steps: readonly Step[], result: StepResult): boolean {
  return steps.some(({ id, continueOnError }) => id === result.id && continueOnError);
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

import { messageOf } from '../../errors.ts';
import type { Conclusion } from '../contract.ts';
import { type ExpressionScope, holds, resolveBoolean, resolveNumber } from './expression.ts';
import type { Frame, StepRecord } from './frame.ts';
import { type Job, StepFailure, worse } from './job.ts';
import { runScript } from './script.ts';
import { environmentOf, scopeOf } from './step-scope.ts';
import { stepSignal } from './step-signal.ts';
import { runUses } from './uses.ts';
import type { StepDefinition } from './workflow.ts';

/** One step at work. */
export interface StepRun {
  readonly job: Job;
  readonly frame: Frame;
  readonly step: StepDefinition;
  readonly id: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly scope: () => ExpressionScope;
  readonly outputs: Record<string, string>;
  readonly signal: AbortSignal;
}

async function execute(run: StepRun): Promise<Conclusion> {
  if (run.step.uses !== undefined) return runUses(run, run.step.uses);
  return runScript(run);
}

async function attempt(run: StepRun, timedOut: () => boolean, minutes: number | null): Promise<Conclusion> {
  const { job, frame } = run;
  try {
    const conclusion = await execute(run);
    if (!run.signal.aborted) return conclusion;
  } catch (error) {
    if (!run.signal.aborted) {
      frame.issues.add('failure', messageOf(error));
      if (!(error instanceof StepFailure) && job.request.debug) job.observer.log(String(Object(error).stack));
      return 'failure';
    }
  }
  if (timedOut()) {
    frame.issues.add('failure', `The action '${run.id}' has timed out after ${minutes} minutes.`);
    return 'failure';
  }
  frame.issues.add('failure', 'The operation was canceled.');
  return 'cancelled';
}

/** Runs one step with its condition, environment, time limit and `continue-on-error`. Never throws. */
export async function runStep(
  job: Job,
  frame: Frame,
  step: StepDefinition,
  id: string,
  parent: AbortSignal,
): Promise<Conclusion> {
  const record: StepRecord = { outputs: {}, outcome: 'success', conclusion: 'success' };
  if (!id.startsWith('__')) frame.steps[id] = record;
  const finish = (outcome: Conclusion, conclusion: Conclusion = outcome): Conclusion => {
    Object.assign(record, { outcome, conclusion });
    return conclusion;
  };
  if (job.signal.aborted) job.status = worse(job.status, 'cancelled');
  let release = (): void => undefined;
  try {
    const environment = environmentOf(job, frame, step, id);
    const scope = (): ExpressionScope => scopeOf(job, frame, id, environment);
    const minutes = resolveNumber(step['timeout-minutes'], scope());
    const cancel = stepSignal({ job, parent, minutes }, () => holds(step.if, scope()));
    release = cancel.release;
    if (!holds(step.if, scope())) return finish('skipped');
    const run = { job, frame, step, id, environment, scope, outputs: record.outputs, signal: cancel.signal };
    const outcome = await attempt(run, cancel.timedOut, minutes);
    const tolerated = outcome === 'failure' && resolveBoolean(step['continue-on-error'], scope());
    return finish(outcome, tolerated ? 'success' : outcome);
  } catch (error) {
    frame.issues.add('failure', `The step cannot be evaluated: ${messageOf(error)}`);
    return finish('failure');
  } finally {
    release();
  }
}

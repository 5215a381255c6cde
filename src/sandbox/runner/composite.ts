import type { Conclusion } from '../contract.ts';
import type { ActionFile, CompositeRuns } from './action-file.ts';
import { interpolate, resolveTexts } from './expression.ts';
import type { Frame } from './frame.ts';
import { type Status, StepFailure, worse } from './job.ts';
import { runStep, type StepRun } from './step.ts';
import { stepIds } from './step-ids.ts';

/** Composite actions within composite actions. Source: the runner's CompositeActionsMaxDepth. */
const maxDepth = 9;

export interface ActionPlace {
  readonly folder: string;
  readonly uses: string;
  /** `owner/repo` and ref; null for local actions. */
  readonly repository: string | null;
  readonly ref: string | null;
}

function asStatus(conclusion: Conclusion): Status {
  return conclusion === 'skipped' ? 'success' : conclusion;
}

/**
 * Runs a composite action's steps one after another; conditions of later steps are evaluated also after a failure.
 * Outputs are evaluated at the end, whatever happened. When the job is cancelled and the using step's `if` does
 * not hold any more, the steps that follow are started and interrupted at once, `always()` or not: so does the
 * real runner, whose embedded steps share the using step's cancellation.
 */
export async function runComposite(
  run: StepRun,
  file: ActionFile,
  runs: CompositeRuns,
  place: ActionPlace,
  inputs: Readonly<Record<string, string>>,
): Promise<Conclusion> {
  const { job } = run;
  const depth = run.frame.depth + 1;
  if (depth > maxDepth) throw new StepFailure(`Composite action depth exceeded max depth ${maxDepth}`);
  let status: Status = 'success';
  const inherited = run.frame.action?.environment ?? {};
  const environment = { ...inherited, ...ownEnvironment(run) };
  const frame: Frame = {
    action: { folder: place.folder, repository: place.repository, ref: place.ref, inputs, environment },
    depth,
    actionName: run.frame.depth === 0 ? run.id : run.frame.actionName,
    steps: {},
    status: () => status,
    issues: run.frame.issues,
  };
  const ids = stepIds(runs.steps);
  for (const [i, step] of runs.steps.entries()) {
    const conclusion = await runStep(job, frame, step, ids[i] ?? '__run', run.signal);
    status = worse(status, asStatus(conclusion));
  }
  const scope = run.scope();
  const contexts = { ...scope.contexts, inputs, steps: frame.steps };
  for (const [name, output] of Object.entries(file.outputs ?? {})) {
    run.outputs[name] = interpolate(output?.value ?? '', { ...scope, contexts });
  }
  return status;
}

/** `env` of the using step alone: later writes to GITHUB_ENV must not be hidden by an old copy of the job's. */
function ownEnvironment(run: StepRun): Readonly<Record<string, string>> {
  const names = Object.keys(resolveTexts(run.step.env, run.scope()));
  return Object.fromEntries(names.map((name) => [name, run.environment[name] ?? '']));
}

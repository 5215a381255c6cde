import { type ExpressionScope, interpolate, resolveTexts } from './expression.ts';
import type { Frame } from './frame.ts';
import type { Job } from './job.ts';
import type { StepDefinition } from './workflow.ts';

function contextsOf(
  job: Job,
  frame: Frame,
  id: string,
  environment: unknown,
): Readonly<Record<string, unknown>> {
  const { action } = frame;
  const { github, job: jobContext, vars, secrets, needs, ...everywhere } = job.contexts;
  const own = {
    action: frame.depth === 0 ? id : frame.actionName,
    ...(action === null
      ? {}
      : {
          action_path: action.folder,
          action_repository: action.repository ?? '',
          action_ref: action.ref ?? '',
          action_status: frame.status(),
        }),
  };
  return {
    ...everywhere,
    // A composite action sees neither secrets nor vars nor needs.
    ...(action === null ? { vars, secrets, needs } : { inputs: action.inputs }),
    github: { ...Object(github), ...own },
    job: { ...Object(jobContext), status: job.status },
    steps: frame.steps,
    env: environment,
  };
}

/** What the expressions of a step may read. */
export function scopeOf(job: Job, frame: Frame, id: string, environment: unknown): ExpressionScope {
  const status = frame.status();
  return {
    contexts: contextsOf(job, frame, id, environment),
    status: {
      success: status === 'success',
      failure: status === 'failure',
      cancelled: job.status === 'cancelled',
    },
    workspace: job.folders.workspace,
  };
}

/** The `env` context of a step. */
export function environmentOf(
  job: Job,
  frame: Frame,
  step: StepDefinition,
  id: string,
): Record<string, string> {
  const inherited = { ...Object.fromEntries(job.environment), ...frame.action?.environment };
  return { ...inherited, ...resolveTexts(step.env, scopeOf(job, frame, id, inherited)) };
}

/** What the page shows as a step's name. */
export function stepName(step: StepDefinition, scope: ExpressionScope): string {
  if (step.name !== undefined && step.name !== null) return interpolate(step.name, scope);
  if (step.uses !== undefined) return `Run ${step.uses}`;
  return `Run ${
    String(step.run ?? '')
      .trimStart()
      .split('\n')[0] ?? ''
  }`;
}

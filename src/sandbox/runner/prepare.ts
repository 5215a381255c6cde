import { readActionFile } from './action-file.ts';
import { builtinOf } from './builtins/index.ts';
import { type Job, StepFailure } from './job.ts';
import { mappedFolder, parseReference, unresolved } from './uses.ts';
import type { StepDefinition } from './workflow.ts';

/** Levels of nested actions that are looked at; deeper ones are met, and refused, when they run. */
const levels = 10;

/**
 * Finds every remote action of a job before its first step, nested ones too, as GitHub does in "Set up job".
 * Local actions are found only when they run: before a checkout they are not there.
 */
export function prepareActions(job: Job, steps: readonly StepDefinition[], level = 0): void {
  for (const { uses } of steps) {
    if (uses === undefined || uses.startsWith('./')) continue;
    const folder = mappedFolder(job.options, uses);
    if (folder === null && builtinOf(uses) !== null) continue;
    if (folder === null || parseReference(uses) === null) throw new StepFailure(unresolved(uses));
    const { runs } = readActionFile(folder, uses);
    if (runs.using === 'composite' && level < levels) prepareActions(job, runs.steps, level + 1);
  }
}

/** What the job asks for that this runner does not have. Throws a StepFailure that says so. */
export function refuseUnsupported(job: Job): void {
  const { definition, options, request } = job;
  const { key } = request.job;
  if (definition.uses !== undefined) {
    throw new StepFailure(
      `Job "${key}" calls the reusable workflow ${definition.uses}; this runner does not run those.`,
    );
  }
  if (definition.container !== undefined) {
    throw new StepFailure(`Job "${key}" wants a container; this runner starts no containers.`);
  }
  const wanted = typeof definition.services === 'object' ? Object.keys(definition.services) : [];
  const missing = wanted.filter((service) => options.services?.[service] === undefined);
  if (missing.length > 0) {
    throw new StepFailure(
      `Job "${key}" wants the service${missing.length > 1 ? 's' : ''} ${missing.join(', ')}; this runner starts no ` +
        'containers. Start them yourself and give their ports to the runner in its option `services`.',
    );
  }
}

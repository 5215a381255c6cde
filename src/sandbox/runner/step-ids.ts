import { IdBuilder } from '@actions/workflow-parser/model/converter/id-builder';
import type { StepDefinition } from './workflow.ts';

/** Name that GitHub gives a step without an id: `__run`, `__actions_checkout`, `__self` for a local action. */
function generatedId(step: StepDefinition): string {
  if (step.uses === undefined) return 'run';
  if (step.uses.startsWith('./')) return 'self';
  return step.uses.split('@')[0] ?? 'run';
}

/** Ids of a list of steps; a second one without an id gets `_2`. Ids with `__` are not in the `steps` context. */
export function stepIds(steps: readonly StepDefinition[]): readonly string[] {
  const builder = new IdBuilder();
  for (const { id } of steps) if (id !== undefined) builder.tryAddKnownId(id);
  return steps.map((step) => {
    if (step.id !== undefined) return step.id;
    builder.appendSegment(`__${generatedId(step)}`);
    return builder.build();
  });
}

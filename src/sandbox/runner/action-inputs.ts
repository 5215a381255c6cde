import type { ActionFile } from './action-file.ts';
import { interpolate, resolveTexts } from './expression.ts';
import type { StepRun } from './step.ts';

/** `with` of a step, then the defaults of the action's own file. Names are case-insensitive: lower case. */
export function inputsOf(
  run: StepRun,
  file: Pick<ActionFile, 'inputs'>,
  uses: string,
): Record<string, string> {
  const scope = run.scope();
  const given = Object.entries(resolveTexts(run.step.with, scope));
  const inputs: Record<string, string> = {};
  const known = Object.entries(file.inputs ?? {}).map(
    ([name, input]) => [name.toLowerCase(), input] as const,
  );
  const { github, strategy, matrix, job, runner } = scope.contexts;
  const defaults = { ...scope, contexts: { github, strategy, matrix, job, runner } };
  for (const [name, input] of known) inputs[name] = interpolate(input?.default ?? '', defaults);
  for (const [name, value] of given) inputs[name.toLowerCase()] = value;
  const names = known.map(([name]) => name);
  const unexpected = given.map(([name]) => name).filter((name) => !names.includes(name.toLowerCase()));
  if (unexpected.length > 0) {
    const list = (each: readonly string[]): string => each.map((name) => `'${name}'`).join(', ');
    run.frame.issues.add(
      'warning',
      `Unexpected input(s) ${list(unexpected)} for ${uses}, valid inputs are [${list(names)}]`,
    );
  }
  return inputs;
}

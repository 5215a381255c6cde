import type { StepRun } from '../step.ts';

/** One of GitHub's own actions, done by the runner itself. */
export interface Builtin {
  /** Inputs and defaults of the real action's action.yml; those that change nothing here included. */
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
  /** Throws a StepFailure with the sentence for the log. */
  readonly run: (run: StepRun, inputs: Readonly<Record<string, string>>) => Promise<void>;
}

/** Input definitions from names and defaults. */
export function withDefaults(defaults: Readonly<Record<string, string>>): Builtin['inputs'] {
  return Object.fromEntries(Object.entries(defaults).map(([name, value]) => [name, { default: value }]));
}

/** A yes/no input in YAML 1.2 spelling, as @actions/core reads it. */
export function isTrue(text: string | undefined): boolean {
  return text === 'true' || text === 'True' || text === 'TRUE';
}

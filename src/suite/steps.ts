import { parse } from 'yaml';
import * as z from 'zod';
import { JitError } from '../errors.ts';
import { type StepSpec, type SuiteSpec, stepSchema } from '../policy/schema/suite.ts';

/** One named command of the suite. */
export interface Step {
  readonly id: string;
  /** What is shown, and what the shell gets unless `argv` is given. */
  readonly run: string;
  /** Started as it is, without a shell. */
  readonly argv: readonly string[] | null;
  /** Ids of the steps it needs, resolved: without `needs` in the file these are all steps above it. */
  readonly needs: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Relative to the suite's own folder; null for that folder itself. */
  readonly workingDirectory: string | null;
  readonly timeoutMs: number | null;
  /** Whether its own failure is forgiven. What was held or denied never is. */
  readonly continueOnError: boolean;
  /** Run before it, in every attempt after one in which it ran. */
  readonly beforeRerun: string | null;
  /** Instead of `run` where only held actions are to run again. */
  readonly rerun: string | null;
}

/** What is to run, and how many steps of it at a time. */
export interface Suite {
  readonly steps: readonly Step[];
  readonly parallel: number;
}

/** The `suite` of a policy file. */
export function suiteFrom(spec: SuiteSpec): Suite {
  return { steps: resolveSteps(spec.steps), parallel: spec.parallel ?? 1 };
}

/** `steps` input of the action: a YAML list of steps, or `id: command` lines. */
export function parseSteps(text: string): Step[] {
  let value: unknown;
  try {
    value = parse(text);
  } catch (cause) {
    throw new JitError('STEPS', `The steps are not valid YAML: ${firstLine(cause)}`, { cause });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    value = Object.entries(value).map(([id, run]) => ({ id, run }));
  }
  const parsed = z.array(stepSchema).min(1).max(1000).safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new JitError(
      'STEPS',
      `The steps are expected as a list of "- { id: api, run: npm test }" or lines "api: npm test"; ` +
        `at ${issue?.path.join('.') || 'the top'}: ${issue?.message ?? 'not understood'}.`,
    );
  }
  return resolveSteps(parsed.data);
}

/** Fills in `needs` and refuses duplicates, unknown ids, and steps that need a later one. */
export function resolveSteps(specs: readonly StepSpec[]): Step[] {
  const above: string[] = [];
  return specs.map((spec) => {
    if (above.includes(spec.id)) {
      throw new JitError('STEPS', `The step id "${spec.id}" stands twice; ids must differ.`);
    }
    for (const need of spec.needs ?? []) {
      if (above.includes(need)) continue;
      throw new JitError(
        'STEPS',
        `Step "${spec.id}" needs "${need}", which is no step above it (above: ${above.join(', ') || 'none'}).`,
      );
    }
    const step = stepOf(spec, spec.needs ?? [...above]);
    above.push(spec.id);
    return step;
  });
}

function stepOf(spec: StepSpec, needs: readonly string[]): Step {
  const minutes = spec['timeout-minutes'];
  return {
    ...plain(spec.id, spec.run),
    needs,
    env: Object.fromEntries(Object.entries(spec.env ?? {}).map(([name, value]) => [name, String(value)])),
    workingDirectory: spec['working-directory'] ?? null,
    timeoutMs: minutes === undefined ? null : minutes * 60_000,
    continueOnError: spec['continue-on-error'] ?? false,
    beforeRerun: spec['before-rerun'] ?? null,
    rerun: spec.rerun ?? null,
  };
}

/** A single command as a suite of one step. */
export function singleStep(run: string): Step[] {
  return [plain('suite', run)];
}

/** A command given word by word: `jit-approval run -- CMD ARG…`. */
export function commandStep(argv: readonly string[]): Step[] {
  return [{ ...plain('suite', argv.join(' ')), argv }];
}

function plain(id: string, run: string): Step {
  return {
    id,
    run,
    argv: null,
    needs: [],
    env: {},
    workingDirectory: null,
    timeoutMs: null,
    continueOnError: false,
    beforeRerun: null,
    rerun: null,
  };
}

function firstLine(thrown: unknown): string {
  return String(thrown instanceof Error ? thrown.message : thrown).split('\n')[0] ?? '';
}

import { parse } from 'yaml';
import * as z from 'zod';
import { JitError } from '../errors.ts';

/** One named command of the suite. */
export interface Step {
  readonly id: string;
  /** What is shown, and what the shell gets unless `argv` is given. */
  readonly run: string;
  /** Started as it is, without a shell. */
  readonly argv: readonly string[] | null;
  /** Ids of the steps it needs, resolved: without `needs` in the file these are all steps above it. */
  readonly needs: readonly string[];
}

const stepSchema = z.strictObject({
  id: z.string().regex(/^[A-Za-z_][A-Za-z0-9_-]{0,99}$/, 'an id of letters, digits, "_" and "-"'),
  run: z.string().min(1),
  needs: z.array(z.string()).optional(),
});

/** `steps` input of the action: a YAML list of `{ id, run, needs }`, or `id: command` lines. */
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
  const parsed = z.array(stepSchema).min(1).safeParse(value);
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
export function resolveSteps(
  specs: readonly { id: string; run: string; needs?: readonly string[] | undefined }[],
): Step[] {
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
    const step = { id: spec.id, run: spec.run, argv: null, needs: spec.needs ?? [...above] };
    above.push(spec.id);
    return step;
  });
}

/** A single command as a suite of one step. */
export function singleStep(run: string): Step[] {
  return [{ id: 'suite', run, argv: null, needs: [] }];
}

/** A command given word by word: `jit-approval run -- CMD ARG…`. */
export function commandStep(argv: readonly string[]): Step[] {
  return [{ id: 'suite', run: argv.join(' '), argv, needs: [] }];
}

function firstLine(thrown: unknown): string {
  return String(thrown instanceof Error ? thrown.message : thrown).split('\n')[0] ?? '';
}

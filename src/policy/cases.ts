import type * as z from 'zod';
import type { Problem } from './problem.ts';
import { actionFileSchema, type Case, casesSchema } from './schema/cases.ts';
import { problemsOf } from './schema/issues.ts';
import type { Verdict } from './verdict.ts';
import { YamlFile } from './yaml-file.ts';

export type Parsed<T> =
  | { readonly ok: true; readonly value: T; readonly lineOf: (path: readonly PropertyKey[]) => number }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Reads a policy's companion file: cases for `jit-approval test`. */
export function parseCases(file: string, text: string): Parsed<z.infer<typeof casesSchema>> {
  const parsed = parse(file, text, casesSchema);
  if (!parsed.ok) return parsed;
  const seen = new Set<string>();
  const yaml = new YamlFile(file, text);
  const problems = parsed.value.tests.flatMap(({ name }, index) => {
    if (seen.size < seen.add(name).size) return [];
    return [yaml.problem(['tests', index, 'name'], `the case "${name}" stands twice`)];
  });
  return problems.length > 0 ? { ok: false, problems } : parsed;
}

/** Reads a file with one runtime action, YAML or JSON. */
export function parseActionFile(file: string, text: string): Parsed<z.infer<typeof actionFileSchema>> {
  return parse(file, text, actionFileSchema);
}

function parse<S extends z.ZodType>(file: string, text: string, schema: S): Parsed<z.infer<S>> {
  const tooLarge = YamlFile.tooLarge(file, text);
  if (tooLarge !== null) return { ok: false, problems: [tooLarge] };
  const yaml = new YamlFile(file, text);
  const read = yaml.value();
  if (!read.ok) return read;
  const parsed = schema.safeParse(read.value, { reportInput: true });
  if (!parsed.success) return { ok: false, problems: problemsOf(schema, parsed.error, yaml) };
  return { ok: true, value: parsed.data, lineOf: (path) => yaml.lineOf(path) };
}

/** Where a case and the policy disagree, one sentence each; empty when they agree. */
export function disagreements({ expect }: Pick<Case, 'expect'>, verdict: Verdict): string[] {
  const rules = verdict.rules.map((rule) => rule.id);
  const met = rules.join(', ') || 'none';
  const sentences: string[] = [];
  if (expect.verdict !== verdict.decision)
    sentences.push(`expected ${expect.verdict}, met ${verdict.decision}: ${verdict.reason}`);
  if (expect.rule !== undefined && !rules.includes(expect.rule))
    sentences.push(`expected rule ${expect.rule} to decide, met ${met}`);
  if (expect.rules !== undefined && [...expect.rules].sort().join('\n') !== [...rules].sort().join('\n'))
    sentences.push(`expected exactly the rules ${expect.rules.join(', ') || 'none'} to decide, met ${met}`);
  return sentences;
}

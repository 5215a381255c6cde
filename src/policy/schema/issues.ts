import * as z from 'zod';
import { maximumProblems, nearest, type Problem } from '../problem.ts';
import type { YamlFile } from '../yaml-file.ts';

/** zod's issues as problems with line, column and remedy. */
export function problemsOf(schema: z.ZodType, error: z.ZodError, file: YamlFile): Problem[] {
  return error.issues
    .slice(0, maximumProblems + 1)
    .flatMap((issue) => problemsOfIssue(schema, issue, [], file));
}

function problemsOfIssue(
  schema: z.ZodType,
  issue: z.core.$ZodIssue,
  above: PropertyKey[],
  file: YamlFile,
): Problem[] {
  const path = [...above, ...issue.path];
  const name = path.length === 0 ? 'the file' : `"${path.map(String).join('.')}"`;
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.slice(0, maximumProblems + 1).map((key) => unknownKey(key, schema, path, file));
    case 'invalid_union': {
      const branch = bestBranch(issue.errors);
      if (branch === undefined)
        return [file.problem(path, `${name} ${metForm(issue.input)}`, formsAt(schema, path))];
      const misspelt = branch.filter((inner) => inner.code === 'unrecognized_keys');
      // with a key that nobody knows, that another one is missing says nothing new
      return (misspelt.length > 0 ? misspelt : branch)
        .slice(0, maximumProblems + 1)
        .flatMap((inner) => problemsOfIssue(schema, inner, path, file));
    }
    case 'invalid_value': {
      const values = valuesAt(schema, path) ?? issue.values.map(String).join(', ');
      const keys = keysAt(schema, path);
      const allowed = keys.length > 0 ? `${values}, or a map of ${keys.join(', ')}` : values;
      return [file.problem(path, `${name} ${metValue(issue.input, values.split(', '))}`, allowed)];
    }
    case 'invalid_type':
      return [file.problem(path, `${name} ${metType(issue.input)}`, formsAt(schema, path) ?? issue.expected)];
    case 'invalid_format':
      return [file.problem(path, `${name} is not of the expected form`, issue.message)];
    case 'invalid_key':
      return [file.problem(path, `${name} is no valid name`, 'letters, digits, "-", "_" and "."')];
    case 'too_small':
    case 'too_big': {
      const [sign, limit] = issue.code === 'too_small' ? ['least', issue.minimum] : ['most', issue.maximum];
      return [
        file.problem(
          path,
          `${name} ${metSize(issue.input)}`,
          `at ${sign} ${limit}${unitOf(issue.origin, Number(limit))}`,
        ),
      ];
    }
    default:
      return [file.problem(path, `${name}: ${issue.message}`)];
  }
}

function unknownKey(key: string, schema: z.ZodType, path: PropertyKey[], file: YamlFile): Problem {
  const known = keysAt(schema, path);
  const allowed = known.length > 0 ? known.join(', ') : null;
  // another form of the union has it
  if (known.includes(key))
    return file.keyProblem(path, key, `"${key}" cannot stand beside the other keys`, null);
  const meant = nearest(key, known);
  const hint = meant === null ? '' : `; did you mean "${meant}"?`;
  return file.keyProblem(path, key, `unknown key "${key}"${hint}`, allowed);
}

/** A value that is none of the known ones, with the one that was meant, if any is near. */
function metValue(input: unknown, known: readonly string[]): string {
  if (input === undefined) return 'is missing';
  if (typeof input === 'object') return metType(input);
  if (typeof input === 'string' && known.includes(input)) {
    return `is the text ${JSON.stringify(input)}; write it without quotes`;
  }
  const meant = typeof input === 'string' ? nearest(input, known) : null;
  return `is ${JSON.stringify(input)}${meant === null ? '' : `; did you mean "${meant}"?`}`;
}

function metSize(input: unknown): string {
  if (typeof input === 'string') return input === '' ? 'is empty' : `has ${input.length} characters`;
  if (Array.isArray(input)) return input.length === 0 ? 'is an empty list' : `has ${input.length} entries`;
  return `is ${String(input)}`;
}

function unitOf(origin: string, limit: number): string {
  if (origin === 'string') return limit === 1 ? ' character' : ' characters';
  if (origin === 'array') return limit === 1 ? ' entry' : ' entries';
  return '';
}

function metForm(input: unknown): string {
  return input === undefined ? 'is missing' : 'is not of an allowed form';
}

function metType(input: unknown): string {
  if (input === undefined) return 'is missing';
  if (input === null) return 'is empty';
  return `is a ${Array.isArray(input) ? 'list' : typeof input === 'object' ? 'map' : typeof input}`;
}

/**
 * Of a union's branches the one that fits most: whose complaints lie deepest, then the fewest. A branch that
 * wanted another type of thing altogether says nothing useful.
 */
function bestBranch(
  errors: readonly (readonly z.core.$ZodIssue[])[],
): readonly z.core.$ZodIssue[] | undefined {
  const score = (issues: readonly z.core.$ZodIssue[]) =>
    issues.some((issue) => issue.path.length === 0 && issue.code === 'invalid_type')
      ? Number.NEGATIVE_INFINITY
      : 100 * issues.reduce((deepest, issue) => Math.max(deepest, issue.path.length), 0) -
        issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1), 0);
  const ranked = [...errors].sort((a, b) => score(b) - score(a));
  const best = ranked[0];
  return best !== undefined && Number.isFinite(score(best)) ? best : undefined;
}

/** The schemas that describe the value at a path; several where a union leaves it open. */
function schemasAt(schema: z.ZodType, path: readonly PropertyKey[]): z.ZodType[] {
  const plain = unwrap(schema);
  if (plain instanceof z.ZodUnion) return plain.options.flatMap((option) => schemasAt(asType(option), path));
  const [head, ...rest] = path;
  if (head === undefined) return [plain];
  if (plain instanceof z.ZodObject) {
    const field: unknown = plain.shape[String(head)];
    return field instanceof z.ZodType ? schemasAt(field, rest) : [];
  }
  if (plain instanceof z.ZodArray) return schemasAt(asType(plain.element), rest);
  if (plain instanceof z.ZodRecord) return schemasAt(asType(plain.valueType), rest);
  return [];
}

function unwrap(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault)
    return unwrap(asType(schema.unwrap()));
  return schema;
}

function asType(schema: unknown): z.ZodType {
  if (schema instanceof z.ZodType) return schema;
  throw new TypeError('a schema was expected');
}

function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  return [
    ...new Set(
      schemasAt(schema, path).flatMap((found) =>
        found instanceof z.ZodObject ? Object.keys(found.shape) : [],
      ),
    ),
  ];
}

function valuesAt(schema: z.ZodType, path: readonly PropertyKey[]): string | null {
  const values = schemasAt(schema, path).flatMap((found) => {
    if (found instanceof z.ZodEnum) return found.options.map(String);
    return found instanceof z.ZodLiteral ? [...found.values].map(String) : [];
  });
  return values.length > 0 ? [...new Set(values)].join(', ') : null;
}

function formsAt(schema: z.ZodType, path: readonly PropertyKey[]): string | null {
  const forms = schemasAt(schema, path).flatMap((found) => {
    if (found instanceof z.ZodObject) return [`a map of ${Object.keys(found.shape).join(', ')}`];
    return [valuesAt(found, []) ?? typeName(found)];
  });
  return forms.length > 0 ? [...new Set(forms)].join(' | ') : null;
}

function typeName(schema: z.ZodType): string {
  const { type } = schema.def;
  if (type === 'array') return 'a list';
  if (type === 'record' || type === 'object') return 'a map';
  return schema instanceof z.ZodNumber ? 'a whole number' : `a ${type}`;
}

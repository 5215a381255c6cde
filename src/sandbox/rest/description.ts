import { readFileSync } from 'node:fs';
import type { ErrorObject, ValidateFunction } from 'ajv';
import { Ajv } from 'ajv';

/** The committed extract of GitHub's OpenAPI description (scripts/extract-openapi.ts makes it). */
export interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly bodyRequired: boolean;
  readonly body: Readonly<Record<string, unknown>> | null;
  readonly responses: Readonly<Record<string, Readonly<Record<string, unknown>> | null>>;
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly schema: Readonly<Record<string, unknown>>;
}

interface Description {
  readonly source: { readonly package: string; readonly version: string; readonly licence: string };
  readonly operations: readonly Operation[];
  readonly webhooks: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly schemas: Readonly<Record<string, unknown>>;
}

const loaded: Description = JSON.parse(readFileSync(new URL('../openapi.json', import.meta.url), 'utf8'));
export const operations = loaded.operations;

// The description is OpenAPI, not JSON Schema: unknown keywords and formats are words for people.
const options = { strict: false, allErrors: true, validateFormats: false } as const;
const strictly = new Ajv({ ...options, coerceTypes: false });
const fromText = new Ajv({ ...options, coerceTypes: true });
for (const ajv of [strictly, fromText]) ajv.addSchema({ $id: 'github', schemas: loaded.schemas }, 'github');

const compiled = new Map<string, ValidateFunction>();

function validator(key: string, ajv: Ajv, schema: Readonly<Record<string, unknown>>): ValidateFunction {
  const known = compiled.get(key);
  if (known) return known;
  const made = ajv.compile(schema);
  compiled.set(key, made);
  return made;
}

/** Problems of a request body against the description. */
export function bodyErrors(operation: Operation, body: unknown): readonly ErrorObject[] {
  if (!operation.body) return [];
  const check = validator(`body ${operation.id}`, strictly, operation.body);
  return check(body) ? [] : (check.errors ?? []);
}

/** Properties of the body that the description does not name; GitHub ignores them, tests should not. */
export function unknownProperties(operation: Operation, body: unknown): string[] {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return [];
  const named = new Set<string>();
  collect(operation.body, named);
  return Object.keys(body).filter((key) => !named.has(key));
}

function collect(schema: unknown, into: Set<string>): void {
  if (typeof schema !== 'object' || schema === null) return;
  if ('properties' in schema && schema.properties)
    for (const key of Object.keys(schema.properties)) into.add(key);
  for (const word of ['oneOf', 'anyOf', 'allOf'] as const) {
    const list: unknown = Reflect.get(schema, word);
    if (Array.isArray(list)) for (const each of list) collect(each, into);
  }
}

/** Checks path and query parameters; answers them with the types that the description gives them. */
export function readParameters(
  operation: Operation,
  place: 'path' | 'query',
  given: Readonly<Record<string, string>>,
): {
  readonly values: Record<string, unknown>;
  readonly errors: readonly ErrorObject[];
  readonly unknown: string[];
} {
  const known = operation.parameters.filter((each) => each.in === place);
  const schema = {
    type: 'object',
    properties: Object.fromEntries(known.map((each) => [each.name, each.schema])),
    required: known.filter((each) => each.required).map((each) => each.name),
  };
  const check = validator(`${place} ${operation.id}`, fromText, schema);
  const values: Record<string, unknown> = { ...given };
  const errors = check(values) ? [] : (check.errors ?? []);
  return {
    values,
    errors,
    unknown: Object.keys(given).filter((key) => !known.some((each) => each.name === key)),
  };
}

/** Problems of one of our own answers: a sandbox that answers unlike GitHub proves nothing. */
export function responseErrors(operation: Operation, status: number, json: unknown): readonly ErrorObject[] {
  const schema = operation.responses[String(status)];
  if (!schema) return [];
  const check = validator(`response ${status} ${operation.id}`, strictly, schema);
  return check(json) ? [] : (check.errors ?? []);
}

/** Problems of a webhook's payload; one of them may be that the extract does not describe it. */
export function webhookErrors(
  event: string,
  action: string | null,
  payload: unknown,
): readonly ErrorObject[] {
  const name = `${event}${action ? `-${action}` : ''}`.replaceAll('_', '-');
  const schema = loaded.webhooks[name];
  if (!schema)
    return [
      {
        keyword: 'unknown',
        instancePath: '',
        schemaPath: '',
        params: {},
        message: `is not in the extract: ${name}`,
      },
    ];
  const check = validator(`webhook ${name}`, strictly, schema);
  return check(payload) ? [] : (check.errors ?? []);
}

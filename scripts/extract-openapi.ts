/**
 * Makes src/sandbox/openapi.json: the part of GitHub's OpenAPI description that the sandbox serves. The
 * whole description is 13 MB, too large to depend on, so the extract is committed with its source and licence.
 *
 *   npm install --prefix /tmp/openapi @octokit/openapi
 *   node scripts/extract-openapi.ts /tmp/openapi/node_modules/@octokit/openapi
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { operations, webhooks } from './openapi-wanted.ts';

type Value = null | boolean | number | string | Value[] | { [key: string]: Value };
type Obj = { [key: string]: Value };

/** Words that explain and do not validate. `default` is dropped: the sandbox has its own. */
const wordsOnly = new Set([
  'description',
  'example',
  'examples',
  'externalDocs',
  'summary',
  'title',
  'default',
  'deprecated',
  'discriminator',
]);

const folder = process.argv[2];
if (!folder) throw new Error('expected the folder of @octokit/openapi as first argument');
const source = obj(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
const description = obj(
  JSON.parse(readFileSync(join(folder, 'generated/api.github.com.json'), 'utf8')) as Value,
);
const used = new Map<string, Value>();

function obj(value: Value | undefined): Obj {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new Error('expected an object');
  return value;
}

function list(value: Value | undefined): Value[] {
  return Array.isArray(value) ? value : [];
}

function lookUp(reference: string): Value {
  return reference
    .slice(2)
    .split('/')
    .reduce<Value>((at, key) => obj(at)[key] ?? null, description);
}

/** Follows a reference to a parameter, response or header; schemas stay references. */
function resolved(value: Value | undefined): Obj {
  const it = obj(value);
  return typeof it.$ref === 'string' ? obj(lookUp(it.$ref)) : it;
}

/** A schema without words, its references pointing into the extract; `names` says keys are property names. */
function lean(value: Value | undefined, names = false): Value {
  if (Array.isArray(value)) return value.map((each) => lean(each));
  if (value === null || value === undefined || typeof value !== 'object') return value ?? null;
  if (!names && typeof value.$ref === 'string') return { $ref: keep(value.$ref) };
  const out: Obj = {};
  for (const [key, each] of Object.entries(value)) {
    if (!names && (wordsOnly.has(key) || key.startsWith('x-'))) continue;
    out[key] = lean(each, !names && key === 'properties');
  }
  return names ? out : nullableAsJsonSchema(corrected(out));
}

/** One place of the description wants an account to be a user and an enterprise at once; elsewhere it is either. */
function corrected(schema: Obj): Obj {
  const { allOf, ...rest } = schema;
  const parts = list(allOf).map((each) => Object.keys(obj(obj(each).properties ?? {})));
  const either = parts.length === 2 && parts[0]?.includes('login') && parts[1]?.includes('slug');
  return either ? { ...rest, anyOf: list(allOf) } : schema;
}

/** OpenAPI's `nullable` also stands beside anyOf and beside an enum without null; JSON Schema wants it said. */
function nullableAsJsonSchema(schema: Obj): Obj {
  if (schema.nullable !== true) return schema;
  if (Array.isArray(schema.enum) && !schema.enum.includes(null)) schema.enum.push(null);
  if (schema.type !== undefined) return schema;
  const { nullable: _nullable, ...rest } = schema;
  return { anyOf: [{ type: 'null' }, rest] };
}

function keep(reference: string): string {
  const name = reference.slice('#/components/schemas/'.length);
  if (!used.has(name)) {
    used.set(name, null);
    used.set(name, lean(lookUp(reference)));
  }
  return `github#/schemas/${name}`;
}

function jsonSchema(container: Value | undefined): Value {
  if (!container) return null;
  const content = obj(resolved(container).content ?? {});
  const json = content['application/json'] ?? Object.values(content).find((each) => obj(each).schema);
  return json ? lean(obj(json).schema) : null;
}

function operation(path: string, method: string, from: Obj): Obj {
  const responses: Obj = {};
  for (const [status, response] of Object.entries(obj(from.responses))) {
    if (/^[23]/.test(status)) responses[status] = jsonSchema(response);
  }
  return {
    id: from.operationId ?? null,
    method: method.toUpperCase(),
    path,
    parameters: list(from.parameters)
      .map(resolved)
      .filter((each) => each.in !== 'header')
      .map((each) => ({
        name: each.name ?? null,
        in: each.in ?? null,
        required: each.required ?? false,
        schema: lean(each.schema),
      })),
    bodyRequired: from.requestBody ? (resolved(from.requestBody).required ?? false) : false,
    body: jsonSchema(from.requestBody),
    responses,
  };
}

const found: Obj[] = [];
const wanted = new Set<string>(operations);
for (const [path, methods] of Object.entries(obj(description.paths))) {
  for (const [method, from] of Object.entries(obj(methods))) {
    const it = obj(from);
    if (typeof it.operationId === 'string' && wanted.delete(it.operationId)) {
      found.push(operation(path, method, it));
    }
  }
}
if (wanted.size > 0) throw new Error(`no such operation in the description: ${[...wanted].join(', ')}`);

const hooks: Obj = {};
for (const name of webhooks) {
  const hook = obj(obj(description['x-webhooks'])[name]);
  hooks[name] = jsonSchema(obj(hook.post).requestBody);
}

const line = (entries: [string, Value][]) =>
  `{\n${entries.map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`).join(',\n')}\n}`;
const text = `{
"source": ${JSON.stringify({
  package: source.name ?? null,
  version: source.version ?? null,
  licence: 'MIT',
  copyright: 'Copyright (c) 2020 Octokit contributors',
  repository: 'https://github.com/octokit/openapi, made from https://github.com/github/rest-api-description',
})},
"operations": [
${found.map((each) => JSON.stringify(each)).join(',\n')}
],
"webhooks": ${line(Object.entries(hooks))},
"schemas": ${line([...used].sort(([a], [b]) => (a < b ? -1 : 1)))}
}
`;
writeFileSync(new URL('../src/sandbox/openapi.json', import.meta.url), text);
process.stdout.write(`${found.length} operations, ${webhooks.length} webhooks, ${used.size} schemas\n`);

import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { RE2JS } from 're2js';
import { JitError, messageOf } from '../errors.ts';
import {
  type Json,
  JsonNumber,
  type Known,
  type RuntimeAction,
  type SqlAction,
  type SqlValue,
} from '../policy/action.ts';
import { fromSqlValue } from '../policy/expression-values.ts';
import { type Finding, passed, type ReadFile } from './finding.ts';

/** Compiled schemas by their text, which may differ between commits. */
const compiled = new Map<string, ValidateFunction>();

/** A value with the words for where it was met. */
interface Instance {
  readonly what: string;
  readonly value: Known<unknown>;
}

/**
 * JSON Schema 2020-12 over named parameters: every row of an INSERT or UPDATE (a column is a property), an
 * HTTP body, the parameters of a call.
 */
export async function checkSchema(file: string, action: RuntimeAction, readFile: ReadFile): Promise<Finding> {
  const text = await readFile(file);
  if (!text.known) return { outcome: 'unknown', expected: `the schema ${file}`, met: text.why };
  const validate = compileSchema(file, text.value);
  const instances = instancesOf(action, columnTypes(validate.schema));
  if (instances.length === 0) {
    return {
      outcome: 'unknown',
      expected: `values for ${file}`,
      met: 'nothing that a schema can be applied to',
    };
  }
  for (const { what, value } of instances) {
    if (!value.known) return { outcome: 'unknown', expected: `${what} as ${file} says`, met: value.why };
    if (validate(value.value)) continue;
    const first = validate.errors?.[0];
    const place = first === undefined || first.instancePath === '' ? what : `${what}${first.instancePath}`;
    // ajv's sentence tells what the schema wants; the value itself may be a secret and is left to the form
    return {
      outcome: 'failed',
      expected: `${place} ${first?.message ?? 'to fit'} (${file})`,
      met: typeName(value.value),
    };
  }
  return passed;
}

/** Patterns of a schema meet texts of strangers: RE2 takes linear time for any of them. */
const linear = Object.assign(
  (pattern: string) => {
    const compiled = RE2JS.compile(pattern);
    // ajv takes two patterns whose text is the same for one
    return { test: (text: string) => compiled.matcher(text).find(), toString: () => pattern };
  },
  { code: 'RE2JS' },
);

/** A keyword or a format that is not known would silently check nothing, so it is refused. */
function compileSchema(file: string, text: string): ValidateFunction {
  const known = compiled.get(text);
  if (known !== undefined) return known;
  try {
    const schema: unknown = JSON.parse(text);
    if (typeof schema !== 'object' || schema === null) throw new Error('it is no object');
    const options = { strict: false, strictSchema: true, allErrors: false, code: { regExp: linear } };
    const validate = new Ajv2020(options).compile(schema);
    compiled.set(text, validate);
    return validate;
  } catch (cause) {
    throw new JitError('SCHEMA', `${file} cannot be used as JSON Schema 2020-12: ${messageOf(cause)}`, {
      cause,
    });
  }
}

function instancesOf(action: RuntimeAction, types: ColumnTypes): Instance[] {
  switch (action.kind) {
    case 'sql':
      return rowsOf(action, types);
    case 'http':
      return [{ what: 'body', value: plainJson(action.body) }];
    case 'call':
      return [{ what: 'params', value: plainJson(action.params) }];
    case 'command':
      return [{ what: 'argv', value: { known: true, value: [...action.argv] } }];
  }
}

function rowsOf(action: SqlAction, types: ColumnTypes): Instance[] {
  if (action.analysis.unknown.length > 0) {
    return [{ what: 'row', value: { known: false, why: action.analysis.unknown.join('; ') } }];
  }
  return action.analysis.operations
    .filter(({ operation }) => operation === 'insert' || operation === 'update' || operation === 'merge')
    .flatMap(({ rows }): Instance[] => {
      if (rows === null) return [{ what: 'row', value: { known: false, why: 'the rows come from a query' } }];
      return rows.map((row, index) => ({
        what: rows.length === 1 ? 'row' : `row ${index + 1}`,
        value: rowValue(row, action, types),
      }));
    });
}

function rowValue(
  row: Readonly<Record<string, SqlValue>>,
  action: SqlAction,
  types: ColumnTypes,
): Known<unknown> {
  const result = new Map<string, unknown>();
  for (const [column, value] of Object.entries(row)) {
    const found = fromSqlValue(value, action.params);
    if (found === undefined)
      return { known: false, why: `the value of ${column} is computed or could not be read` };
    const plainValue = typeof found === 'bigint' ? Number(found) : found;
    result.set(column, isUntyped(value, action) ? asColumn(plainValue, types(column)) : plainValue);
  }
  return { known: true, value: Object.fromEntries(result) };
}

/** The `type` that a schema gives a column, at its top level. */
type ColumnTypes = (column: string) => unknown;

function columnTypes(schema: unknown): ColumnTypes {
  const properties = member(schema, 'properties');
  return (column) => member(member(properties, column), 'type');
}

function member(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, key)?.value;
}

/** A quoted literal, or a parameter sent without a type: PostgreSQL gives it the column's. */
function isUntyped(value: SqlValue, action: SqlAction): boolean {
  if (value.from === 'literal') return value.type === 'string';
  return value.from === 'parameter' && action.params[value.number - 1]?.oid === 0;
}

/** Text as the column would take it; what is no number or boolean stays text, and fails where one is asked. */
function asColumn(value: unknown, type: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (
    (type === 'integer' || type === 'number') &&
    /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(value)
  ) {
    return Number(value);
  }
  if (type === 'boolean' && /^(t|true|f|false)$/i.test(value)) return /^t/i.test(value);
  return value;
}

function plainJson(value: Known<Json>): Known<unknown> {
  return value.known ? { known: true, value: plain(value.value) } : value;
}

function plain(value: Json): unknown {
  if (JsonNumber.is(value)) return Number(value.number);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? `a list of ${value.length}` : `a value of type ${typeof value}`;
}

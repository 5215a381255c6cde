import { createHash } from 'node:crypto';
import { type CallAction, type HttpAction, type Json, JsonNumber, type Known } from '../../policy/action.ts';
import type { KeyPart } from '../../policy/unique-key.ts';
import type { UniqueSpec } from '../../policy/verdict.ts';
import { type Finding, passed } from '../finding.ts';
import type { Reserved } from './reservations.ts';

/** What has no transaction and no table to look into: within this run only. */
export async function checkFields(
  action: HttpAction | CallAction,
  spec: UniqueSpec,
  rule: string,
  reserve: (key: string) => Promise<Reserved>,
): Promise<Finding> {
  const names = spec.key.map((part) => (part.part === 'field' ? part.path.join('.') : part.column));
  const expected = `no other runtime action of this run with the same ${names.join(', ')}`;
  const values: string[] = [];
  let nulls = 0;
  for (const part of spec.key) {
    const value = fieldOf(action, part);
    if (!value.known) return { outcome: 'unknown', expected, met: value.why };
    if (value.value === null) nulls += 1;
    values.push(canonical(value.value, part.lower));
  }
  if (nulls > 0 && spec.nullsDistinct) return passed;
  const digest = createHash('sha256').update(JSON.stringify(values)).digest('hex');
  const reserved = await reserve(JSON.stringify([rule, action.target.identity, digest]));
  if (reserved.outcome === 'reserved') return passed;
  const met =
    reserved.outcome === 'written'
      ? 'one was sent in this run already'
      : `one is on its way, and ${reserved.why}`;
  return { outcome: 'failed', expected, met };
}

/** What is not there is null, as a column that an INSERT leaves out. */
function fieldOf(action: HttpAction | CallAction, part: KeyPart): Known<Json> {
  if (part.part !== 'field') return { known: false, why: 'a column of a table' };
  const [root, ...rest] = part.path;
  if (action.kind === 'call') return action.params.known ? member(action.params.value, rest) : action.params;
  if (root === 'path') return action.path;
  if (root === 'body') return action.body.known ? member(action.body.value, rest) : action.body;
  if (!action.query.known) return action.query;
  const name = rest.join('.');
  const met = action.query.value.filter(([key]) => key === name).map(([, value]) => value);
  return { known: true, value: met.length === 0 ? null : met };
}

function member(value: Json, path: readonly string[]): Known<Json> {
  let at: Json = value;
  for (const name of path) {
    if (at === null || typeof at !== 'object' || JsonNumber.is(at)) return { known: true, value: null };
    const inner: unknown = Object.getOwnPropertyDescriptor(at, name)?.value;
    if (inner === undefined) return { known: true, value: null };
    at = Array.isArray(at) ? (at[Number(name)] ?? null) : (ownMember(at, name) ?? null);
  }
  return { known: true, value: at };
}

function ownMember(value: Json, name: string): Json | undefined {
  if (value === null || typeof value !== 'object' || Array.isArray(value) || JsonNumber.is(value))
    return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}

/** Equal values have one text: members in any order, numbers by what they are worth where that is exact. */
function canonical(value: Json, lower: boolean): string {
  if (JsonNumber.is(value)) return `number ${plainNumber(value.number)}`;
  if (typeof value === 'string') return JSON.stringify(lower ? value.toLowerCase() : value);
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item, lower)).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  return `{${Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner, lower)}`)
    .join(',')}}`;
}

function plainNumber(text: string): string {
  if (/^-?\d+$/.test(text)) return BigInt(text).toString();
  return String(Number(text));
}

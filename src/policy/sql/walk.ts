import type { SqlEffect, SqlOperation, SqlVerb, TableName } from '../action.ts';
import { isNameColumn } from './chosen-setting.ts';
import { acts, classifyFunction, grammarFunctions, grammarSince, jsonFunctions } from './functions.ts';
import type { SqlNode, SqlTree } from './parser.ts';
import type { Source } from './source.ts';
import { isNode, isNodeName, listOf, nodeOf, qualified, strings, tableOf, textOf, wrapped } from './tree.ts';
import { constantValue, holeOffset } from './values.ts';

/** What a walk over a parse tree gathers. */
export interface Walk {
  readonly source: Source;
  /** Major version of the server, null when unknown. */
  readonly server: number | null;
  /** One statement alone: only then nothing later can read what it wrote. */
  readonly single: boolean;
  readonly operations: SqlOperation[];
  readonly effects: SqlEffect[];
  readonly unknown: string[];
  /** Offsets of constants and parameters that are proven to be data, with their column. */
  readonly data: Map<number, string>;
  /** Offsets of constants with the text that they stand for. */
  readonly constants: Map<number, string>;
  /** Every kind of statement, by the name of its node. */
  statement(walk: Walk, name: string, node: SqlNode, scope: Scope): void;
}

/** Where a node stands: the names that mean a CTE here, and who gathers tables and columns read. */
export interface Scope {
  readonly ctes: ReadonlySet<string>;
  readonly reads: TableName[];
  readonly columns: Set<string>;
  /** The statement itself, not one inside it. */
  readonly top: boolean;
  /** The one setting that the column `name` can mean here. */
  readonly setting?: string | null;
}

export function topScope(): Scope {
  return { ctes: new Set(), reads: [], columns: new Set(), top: true };
}

/** Visits everything below, so that a subselect or a function is found wherever the grammar allows one. */
export function visit(walk: Walk, tree: SqlTree | undefined, scope: Scope): void {
  if (Array.isArray(tree)) {
    for (const item of tree) visit(walk, item, scope);
  } else if (isNode(tree)) {
    if (typeof tree.relname === 'string') read(tree, scope);
    for (const [key, value] of Object.entries(tree)) {
      if (isNodeName(key)) enter(walk, key, nodeOf(value), scope);
      else visit(walk, value, scope);
    }
  }
}

export function enter(walk: Walk, name: string, node: SqlNode, scope: Scope): void {
  if (name.endsWith('Stmt')) {
    walk.statement(walk, name, node, scope);
    return;
  }
  if (name === 'FuncCall') called(walk, node, scope.setting ?? null);
  else if (name === 'A_Const') constant(walk, node);
  else if (name === 'ColumnRef') {
    scope.columns.add(columnOf(node));
    attribute(walk, listOf(node.fields).slice(1), null);
  } else if (name === 'A_Indirection') attribute(walk, listOf(node.indirection), node.arg);
  else {
    const later = name === 'JsonFuncExpr' ? jsonFunctions[textOf(node.op) ?? ''] : grammarFunctions[name];
    if (later !== undefined && (walk.server ?? 0) < grammarSince) callOf(walk, 'call', [later]);
  }
  visit(walk, node, scope);
}

/** Kinds of values that may be rows; of anything else `.name` is no field. */
const maybeRow: ReadonlySet<string> = new Set([
  'ColumnRef',
  'RowExpr',
  'SubLink',
  'FuncCall',
  'A_Indirection',
]);

/**
 * `(value).name` is the call `name(value)` where the value has no such field. PostgreSQL's own functions that do
 * something are known by their names; a user's function only where the value can have no fields at all.
 */
function attribute(walk: Walk, fields: readonly SqlTree[], value: SqlTree | undefined): void {
  const of = wrapped(value);
  const scalar = of !== null && !maybeRow.has(of.name) && !(of.name === 'TypeCast' && castToRow(of.node));
  fields.forEach((field, index) => {
    const [name] = strings([field]);
    if (name === undefined) return;
    const found = classifyFunction([name], 1, walk.server);
    if (found === 'function' || acts(name) || (scalar && index === 0 && found !== 'harmless')) {
      callOf(walk, found === 'harmless' ? 'call' : found, [name]);
    }
  });
}

/** A cast to a type that is none of PostgreSQL's plain ones. */
function castToRow(cast: SqlNode): boolean {
  return constantValue({ TypeCast: { ...cast, arg: { A_Const: { isnull: true } } } })?.from === 'computed';
}

/** A table that is read, unless the name means a CTE here. */
function read(range: SqlNode, scope: Scope): void {
  const table = tableOf(range);
  if (table.schema === null && scope.ctes.has(table.name)) return;
  if (!scope.reads.some((known) => known.schema === table.schema && known.name === table.name)) {
    scope.reads.push(table);
  }
}

function columnOf(node: SqlNode): string {
  const last = wrapped(listOf(node.fields).at(-1));
  return last?.name === 'String' ? (textOf(last.node.sval) ?? '') : '*';
}

function constant(walk: Walk, node: SqlNode): void {
  const text = textOf(nodeOf(node.sval).sval) ?? (node.sval === undefined ? null : '');
  if (text !== null) walk.constants.set(typeof node.location === 'number' ? node.location : 0, text);
}

/** Records what a function call amounts to; its arguments are visited by the caller. */
export function called(walk: Walk, node: SqlNode, setting: string | null = null): void {
  const name = strings(node.funcname);
  const found = classifyFunction(name, listOf(node.args).length, walk.server);
  if (found === 'harmless') return;
  callOf(walk, found, name);
  if (found === 'set') configured(walk, listOf(node.args)[0], setting);
}

/** set_config('name', …) is SET by another name. */
function configured(walk: Walk, argument: SqlTree | undefined, setting: string | null): void {
  const value = constantValue(argument);
  if (setting !== null && isNameColumn(argument)) {
    walk.effects.push(settingEffect(setting.toLowerCase()));
  } else if (value?.from === 'literal' && value.type === 'string') {
    walk.effects.push(settingEffect(value.text.toLowerCase()));
  } else {
    walk.unknown.push('set_config is called with a name that is not a constant');
    walk.effects.push({ effect: 'set-role' }, { effect: 'set-search-path' });
  }
}

export function settingEffect(name: string): SqlEffect {
  if (name === 'role' || name === 'session_authorization') return { effect: 'set-role' };
  if (name === 'search_path') return { effect: 'set-search-path' };
  return { effect: 'set', name };
}

export function callOf(walk: Walk, verb: SqlVerb, name: readonly string[]): void {
  walk.operations.push({ ...operation(verb), function: qualified(name) });
}

/** An operation that changes the given tables and says nothing else. */
export function operation(verb: SqlVerb, tables: readonly TableName[] = []): SqlOperation {
  return {
    operation: verb,
    tables,
    columns: [],
    where: false,
    predicate: null,
    rows: null,
    function: null,
  };
}

/** Marks an item of VALUES or SET as data of a column. */
export function markData(walk: Walk, value: SqlTree | undefined, column: string): void {
  const offset = holeOffset(value);
  if (offset !== null) walk.data.set(offset, column);
}

import type { SqlValue } from '../action.ts';
import type { SqlNode, SqlTree } from './parser.ts';
import { listOf, nodeOf, strings, textOf, wrapped } from './tree.ts';

/** Types whose cast of a constant keeps what it says; a cast to any other may compute something. */
const plainTypes = new Set([
  ...['text', 'varchar', 'bpchar', 'uuid', 'int2', 'int4', 'int8', 'numeric', 'float4', 'float8', 'bool'],
  ...['date', 'time', 'timetz', 'timestamp', 'timestamptz', 'json', 'jsonb', 'bytea', 'inet', 'citext'],
]);

/** The value that an expression stands for; null for DEFAULT. What is neither constant nor parameter is computed. */
export function constantValue(tree: SqlTree | undefined): SqlValue | null {
  const found = wrapped(tree);
  switch (found?.name) {
    case 'A_Const':
      return constantOf(found.node);
    case 'ParamRef':
      return typeof found.node.number === 'number'
        ? { from: 'parameter', number: found.node.number }
        : { from: 'computed' };
    case 'TypeCast': {
      const type = nodeOf(found.node.typeName);
      const plain =
        type.typmods === undefined &&
        type.arrayBounds === undefined &&
        plainTypes.has(strings(type.names).at(-1) ?? '');
      return plain
        ? cast(constantValue(found.node.arg), strings(type.names).at(-1) ?? '')
        : { from: 'computed' };
    }
    case 'SetToDefault':
      return null;
    default:
      return { from: 'computed' };
  }
}

function cast(value: SqlValue | null, type: string): SqlValue | null {
  if (value === null || value.from === 'computed') return value;
  return { ...value, casts: [...(value.casts ?? []), type] };
}

function constantOf(node: SqlNode): SqlValue {
  const literal = (type: 'string' | 'number' | 'boolean' | 'null', text: string): SqlValue => ({
    from: 'literal',
    type,
    text,
  });
  if (node.isnull === true) return literal('null', '');
  if (node.sval !== undefined) return literal('string', textOf(nodeOf(node.sval).sval) ?? '');
  if (node.ival !== undefined) return literal('number', `${nodeOf(node.ival).ival ?? 0}`);
  if (node.fval !== undefined) return literal('number', textOf(nodeOf(node.fval).fval) ?? '0');
  if (node.boolval !== undefined) return literal('boolean', `${nodeOf(node.boolval).boolval === true}`);
  return { from: 'computed' };
}

/** Offset of the constant or parameter that an item consists of, casts aside; null for what is computed. */
export function holeOffset(tree: SqlTree | undefined): number | null {
  const found = wrapped(tree);
  if (found?.name === 'TypeCast') return holeOffset(found.node.arg);
  if (found?.name !== 'A_Const' && found?.name !== 'ParamRef') return null;
  return typeof found.node.location === 'number' ? found.node.location : 0;
}

export type Row = Readonly<Record<string, SqlValue>>;

/** One column and what it is set to. `plain` is false for `column[1]` and `column.field`. */
export interface Assignment {
  readonly column: string;
  readonly plain: boolean;
  readonly value: SqlTree | undefined;
}

/** The assignments of `SET a = 1, (b, c) = (2, 3)`. */
export function assignments(targets: SqlTree | undefined): Assignment[] {
  return listOf(targets).map((target) => {
    const { name, indirection, val } = nodeOf(wrapped(target)?.node);
    const multi = wrapped(val);
    const row = multi?.name === 'MultiAssignRef' ? wrapped(multi.node.source) : null;
    const place = typeof multi?.node.colno === 'number' ? multi.node.colno : 1;
    const value = row?.name === 'RowExpr' ? listOf(row.node.args)[place - 1] : val;
    return { column: textOf(name) ?? '', plain: indirection === undefined, value };
  });
}

/** Columns by position with one row of VALUES; null when the row is longer than the columns. */
export function pair(columns: readonly SqlTree[], row: readonly SqlTree[]): Assignment[] | null {
  if (row.length > columns.length) return null;
  return row.map((value, index) => {
    const { name, indirection } = nodeOf(wrapped(columns[index])?.node);
    return { column: textOf(name) ?? '', plain: indirection === undefined, value };
  });
}

export function rowOf(items: readonly Assignment[]): Row {
  const entries = items.flatMap(({ column, plain, value }): [string, SqlValue][] => {
    const found = plain ? constantValue(value) : { from: 'computed' as const };
    return found === null ? [] : [[column, found]];
  });
  return Object.fromEntries(entries);
}

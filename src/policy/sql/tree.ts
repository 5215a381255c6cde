import type { TableName } from '../action.ts';
import type { SqlNode, SqlTree } from './parser.ts';

/** Reading a parse tree whose fields may all be absent: what is not there reads as empty. */
const nothing: SqlNode = {};

export function isNode(tree: SqlTree | undefined): tree is SqlNode {
  return typeof tree === 'object' && tree !== null && !Array.isArray(tree);
}

export function nodeOf(tree: SqlTree | undefined): SqlNode {
  return isNode(tree) ? tree : nothing;
}

export function listOf(tree: SqlTree | undefined): readonly SqlTree[] {
  return Array.isArray(tree) ? tree : [];
}

export function textOf(tree: SqlTree | undefined): string | null {
  return typeof tree === 'string' ? tree : null;
}

/** The node's name and fields of `{ Name: { … } }`. */
export function wrapped(tree: SqlTree | undefined): { readonly name: string; readonly node: SqlNode } | null {
  for (const [name, fields] of Object.entries(nodeOf(tree))) {
    if (isNodeName(name)) return { name, node: nodeOf(fields) };
  }
  return null;
}

/** Node names begin with a capital, field names never do. */
export function isNodeName(key: string): boolean {
  return /^[A-Z]/.test(key);
}

/** Texts of a list of String nodes; what is no String is left out. */
export function strings(tree: SqlTree | undefined): string[] {
  return listOf(tree).flatMap((item) => {
    const found = wrapped(item);
    return found?.name === 'String' ? [textOf(found.node.sval) ?? ''] : [];
  });
}

/** A RangeVar's fields as a name. */
export function tableOf(range: SqlNode): TableName {
  return { schema: textOf(range.schemaname), name: textOf(range.relname) ?? '' };
}

/** The name written as a list of parts: `name`, `schema.name`, `database.schema.name`. */
export function qualified(parts: readonly string[]): TableName {
  return { schema: parts.at(-2) ?? null, name: parts.at(-1) ?? '' };
}

/** Stands for every relation of a schema, or of the database: what a statement does not name one by one. */
export const every = '*';

import type { TableName } from '../action.ts';
import type { SqlNode, SqlTree } from './parser.ts';
import { every, isNode, listOf, nodeOf, qualified, strings, tableOf, textOf, wrapped } from './tree.ts';

/** Kinds of objects that live in the namespace of tables. */
const relationKinds = new Set([
  ...['OBJECT_TABLE', 'OBJECT_VIEW', 'OBJECT_MATVIEW', 'OBJECT_FOREIGN_TABLE', 'OBJECT_SEQUENCE'],
  'OBJECT_INDEX',
]);
/** Kinds whose name ends in the name of something inside a relation. */
const partKinds = new Set([
  'OBJECT_COLUMN',
  'OBJECT_TRIGGER',
  'OBJECT_RULE',
  'OBJECT_POLICY',
  'OBJECT_TABCONSTRAINT',
]);

/** The relations that a definition, a lock or a maintenance statement names, in whatever field it does. */
export function definedTables(node: SqlNode): TableName[] {
  const kind =
    textOf(node.removeType) ?? textOf(node.objtype) ?? textOf(node.renameType) ?? textOf(node.objectType);
  const single = [node.relation, node.sequence, node.view, node.typevar].flatMap(rangeOf);
  const many = [node.relations, node.rels].flatMap((tree) => listOf(tree).flatMap(rangeOf));
  const objects = [...listOf(node.objects), ...(node.object === undefined ? [] : [node.object])];
  return [
    ...single,
    ...many,
    ...objects.flatMap((object) => objectTables(kind, node, object)),
    ...whole(node),
  ];
}

function rangeOf(tree: SqlTree | undefined): TableName[] {
  if (!isNode(tree)) return [];
  if (typeof tree.relname === 'string') return [tableOf(tree)];
  const found = wrapped(tree);
  if (found?.name === 'RangeVar') return [tableOf(found.node)];
  return found?.name === 'VacuumRelation' ? rangeOf(found.node.relation) : [];
}

function objectTables(kind: string | null, node: SqlNode, object: SqlTree): TableName[] {
  const range = rangeOf(object);
  if (range.length > 0) return range;
  const found = wrapped(object);
  if (found?.name === 'String') {
    // DROP SCHEMA s, GRANT … ON ALL TABLES IN SCHEMA s: every relation in it
    const inSchema = kind === 'OBJECT_SCHEMA' || node.targtype === 'ACL_TARGET_ALL_IN_SCHEMA';
    return inSchema ? [{ schema: textOf(found.node.sval), name: every }] : [];
  }
  const parts = strings(nodeOf(found?.node).items);
  if (relationKinds.has(kind ?? '')) return [qualified(parts)];
  return partKinds.has(kind ?? '') ? [qualified(parts.slice(0, -1))] : [];
}

/** Statements that reach what they do not name. */
function whole(node: SqlNode): TableName[] {
  const all = { schema: null, name: every };
  if (node.roles !== undefined && node.behavior !== undefined && node.options === undefined) return [all]; // DROP OWNED
  if (node.newrole !== undefined && node.roles !== undefined) return [all]; // REASSIGN OWNED
  if (node.removeType === 'OBJECT_EXTENSION') return [all];
  if (node.kind === 'REINDEX_OBJECT_SCHEMA') return [{ schema: textOf(node.name), name: every }];
  return [];
}

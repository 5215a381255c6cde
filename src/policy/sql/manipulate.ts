import type { SqlOperation, TableName } from '../action.ts';
import { chosenSetting } from './chosen-setting.ts';
import type { SqlNode, SqlTree } from './parser.ts';
import { predicateText } from './predicate.ts';
import { listOf, nodeOf, tableOf, textOf, wrapped } from './tree.ts';
import { type Assignment, assignments, pair, rowOf } from './values.ts';
import { enter, markData, operation, type Scope, visit, type Walk } from './walk.ts';

/** SELECT, INSERT, UPDATE, DELETE and MERGE: what they change and read, at any depth. */

/** A scope that gathers its own reads, below a WITH clause. */
function inside(walk: Walk, node: SqlNode, scope: Scope): Scope {
  return { ctes: withClause(walk, node, scope), reads: [], columns: new Set(), top: false };
}

/** Visits the queries of WITH and returns the names that mean a CTE from here on. */
function withClause(walk: Walk, node: SqlNode, scope: Scope): ReadonlySet<string> {
  const clause = nodeOf(node.withClause);
  const tables = listOf(clause.ctes).map((cte) => nodeOf(wrapped(cte)?.node));
  const all = new Set([...scope.ctes, ...tables.map((cte) => textOf(cte.ctename) ?? '')]);
  let known: ReadonlySet<string> = clause.recursive === true ? all : scope.ctes;
  for (const { ctename, ...cte } of tables) {
    visit(walk, cte, { ...scope, ctes: known, top: false, reads: [], columns: new Set() });
    known = new Set([...known, textOf(ctename) ?? '']);
  }
  return known;
}

function place(walk: Walk, at: number, ...operations: readonly SqlOperation[]): void {
  walk.operations.splice(at, 0, ...operations);
}

export function select(walk: Walk, node: SqlNode, scope: Scope): void {
  const at = walk.operations.length;
  const below = inside(walk, node, scope);
  const own = { ...below, setting: chosenSetting(node, below.ctes) };
  const { withClause: _, intoClause, lockingClause, larg, rarg, ...rest } = node;
  visit(walk, rest, own);
  for (const side of [larg, rarg]) if (side !== undefined) select(walk, nodeOf(side), { ...own, top: false });
  const into = intoClause === undefined ? [] : [tableOf(nodeOf(nodeOf(intoClause).rel))];
  if (into.length > 0) walk.effects.push({ effect: 'ddl' });
  const locked = listOf(lockingClause).length > 0;
  const nested = walk.operations.slice(at).filter((entry) => entry.operation === 'select');
  // a lock names aliases, and one without names reaches into subselects: all that is read here is locked
  const tables = [...own.reads, ...nested.flatMap((entry) => entry.tables)];
  if (into.length > 0) place(walk, at, operation('create', into));
  if (locked) walk.operations.push(operation('lock', tables));
  if (own.reads.length > 0 || (scope.top && nested.length === 0)) place(walk, at, reading(walk, node, own));
}

/** The select that a statement amounts to where it reads other tables than it changes. */
function reading(walk: Walk, node: SqlNode, own: Scope): SqlOperation {
  return {
    ...operation('select', own.reads),
    columns: [...own.columns],
    where: node.whereClause !== undefined,
    predicate: predicateText(walk.source, node.whereClause),
  };
}

export function insert(walk: Walk, node: SqlNode, scope: Scope): void {
  const at = walk.operations.length;
  const own = inside(walk, node, scope);
  const table = tableOf(nodeOf(node.relation));
  const columns = listOf(node.cols);
  const source = nodeOf(wrapped(node.selectStmt)?.node);
  const conflict = nodeOf(node.onConflictClause);
  const updates = conflict.action === 'ONCONFLICT_UPDATE';
  const rows = node.selectStmt === undefined ? [[]] : valueRows(columns, source);
  // with DO UPDATE the inserted key decides which row is touched
  if (rows !== null && !updates && isData(walk, node, scope)) for (const row of rows) mark(walk, row);
  const { withClause: _, relation: __, cols: ___, ...rest } = node;
  visit(walk, rest, own);
  place(walk, at, {
    ...operation('insert', [table]),
    columns: columns.length === 0 ? ['*'] : names(columns),
    rows: rows?.map(rowOf) ?? null,
  });
  if (updates) place(walk, at + 1, conflictUpdate(walk, table, conflict));
  if (own.reads.length > 0) place(walk, at + 1, reading(walk, {}, own));
}

/** Rows of VALUES by column; null where rows come from a query, or columns are not named. */
function valueRows(columns: readonly SqlTree[], source: SqlNode): Assignment[][] | null {
  const lists = listOf(source.valuesLists);
  if (lists.length === 0) return null;
  const rows = lists.map((row) => pair(columns, listOf(nodeOf(wrapped(row)?.node).items)));
  return rows.every((row) => row !== null) ? rows : null;
}

function conflictUpdate(walk: Walk, table: TableName, conflict: SqlNode): SqlOperation {
  const set = assignments(conflict.targetList);
  return {
    ...operation('update', [table]),
    columns: set.map((item) => item.column),
    where: true, // the conflicting row alone
    predicate: predicateText(walk.source, conflict.whereClause),
    rows: [rowOf(set)],
  };
}

export function update(walk: Walk, node: SqlNode, scope: Scope): void {
  const at = walk.operations.length;
  const own = inside(walk, node, scope);
  const set = assignments(node.targetList);
  if (isData(walk, node, scope)) mark(walk, set);
  const { withClause: _, relation, ...rest } = node;
  visit(walk, rest, own);
  place(walk, at, {
    ...operation('update', [tableOf(nodeOf(relation))]),
    columns: set.map((item) => item.column),
    where: node.whereClause !== undefined,
    predicate: predicateText(walk.source, node.whereClause),
    rows: [rowOf(set)],
  });
  if (own.reads.length > 0) place(walk, at + 1, reading(walk, node, own));
}

export function remove(walk: Walk, node: SqlNode, scope: Scope): void {
  const at = walk.operations.length;
  const own = inside(walk, node, scope);
  const { withClause: _, relation, ...rest } = node;
  visit(walk, rest, own);
  place(walk, at, {
    ...operation('delete', [tableOf(nodeOf(relation))]),
    where: node.whereClause !== undefined,
    predicate: predicateText(walk.source, node.whereClause),
  });
  if (own.reads.length > 0) place(walk, at + 1, reading(walk, node, own));
}

/** MERGE and what each of its WHEN clauses does; none of those has a WHERE of its own. */
export function merge(walk: Walk, node: SqlNode, scope: Scope): void {
  const at = walk.operations.length;
  const own = inside(walk, node, scope);
  const table = tableOf(nodeOf(node.relation));
  const { withClause: _, relation: __, ...rest } = node;
  visit(walk, rest, own);
  const clauses = listOf(node.mergeWhenClauses).flatMap((clause) =>
    branch(table, nodeOf(wrapped(clause)?.node)),
  );
  place(walk, at, operation('merge', [table]), ...clauses);
  if (own.reads.length > 0) place(walk, at + 1 + clauses.length, reading(walk, {}, own));
}

function branch(table: TableName, clause: SqlNode): SqlOperation[] {
  const targets = listOf(clause.targetList);
  switch (clause.commandType) {
    case 'CMD_DELETE':
      return [operation('delete', [table])];
    case 'CMD_UPDATE':
      return [
        { ...operation('update', [table]), columns: names(targets), rows: [rowOf(assignments(targets))] },
      ];
    case 'CMD_INSERT': {
      const row = pair(targets, listOf(clause.values));
      const columns = targets.length === 0 ? ['*'] : names(targets);
      return [{ ...operation('insert', [table]), columns, rows: row === null ? null : [rowOf(row)] }];
    }
    default:
      return [];
  }
}

/** Whether nothing else in the text can read what this statement writes. */
function isData(walk: Walk, node: SqlNode, scope: Scope): boolean {
  const returning = node.returningList !== undefined || node.returningClause !== undefined;
  return walk.single && (scope.top || !returning);
}

function mark(walk: Walk, items: readonly Assignment[]): void {
  for (const { column, plain, value } of items) if (plain) markData(walk, value, column);
}

function names(targets: readonly SqlTree[]): string[] {
  return targets.map((target) => textOf(nodeOf(wrapped(target)?.node).name) ?? '');
}

/** The query of a statement that wraps one (COPY, CREATE TABLE AS, EXPLAIN, a cursor), as if it stood alone. */
export function query(walk: Walk, tree: SqlTree | undefined, scope: Scope): void {
  const found = wrapped(tree);
  if (found !== null) enter(walk, found.name, found.node, { ...scope, top: true });
}

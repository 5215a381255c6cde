import type { SqlEffect, SqlVerb } from '../action.ts';
import { copy, declareCursor, explain, prepare, runPrepared } from './carriers.ts';
import { insert, merge, query, remove, select, update } from './manipulate.ts';
import type { SqlNode } from './parser.ts';
import { definedTables } from './relations.ts';
import { transaction } from './transaction.ts';
import { every, listOf, nodeOf, tableOf, textOf } from './tree.ts';
import { called, callOf, operation, type Scope, settingEffect, visit, type Walk } from './walk.ts';

type Statement = (walk: Walk, node: SqlNode, scope: Scope) => void;

/** What PostgreSQL's statements do. A statement that stands nowhere here is unknown. */
const statements: Readonly<Record<string, Statement>> = {
  SelectStmt: select,
  InsertStmt: insert,
  UpdateStmt: update,
  DeleteStmt: remove,
  MergeStmt: merge,
  TransactionStmt: transaction,
  CopyStmt: copy,
  ExplainStmt: explain,
  PrepareStmt: prepare,
  ExecuteStmt: runPrepared,
  DeclareCursorStmt: declareCursor,
  CreateTableAsStmt: createAs,
  FetchStmt: (walk, node) => effect(walk, { effect: 'fetch', name: textOf(node.portalname) }),
  ClosePortalStmt: (walk, node) => effect(walk, { effect: 'close-cursor', name: textOf(node.portalname) }),
  DeallocateStmt: (walk, node) => effect(walk, { effect: 'deallocate', name: textOf(node.name) }),
  VariableSetStmt: setVariable,
  VariableShowStmt: (walk) => walk.operations.push(operation('select')),
  ConstraintsSetStmt: does('set'),
  DiscardStmt: (walk) => {
    walk.operations.push(operation('set'));
    effect(walk, { effect: 'discard' });
  },
  CallStmt: (walk, node, scope) => {
    const call = nodeOf(node.funccall);
    called(walk, call);
    visit(walk, call, scope);
  },
  // `do` is a reserved word and can be no function's name
  DoStmt: (walk) => callOf(walk, 'call', ['do']),
  LoadStmt: (walk) => callOf(walk, 'call', ['load']),
  ListenStmt: does('listen'),
  NotifyStmt: does('listen'),
  UnlistenStmt: does('listen'),
  LockStmt: does('lock'),
  TruncateStmt: does('truncate'),
  VacuumStmt: maintain,
  ClusterStmt: maintain,
  ReindexStmt: maintain,
  CheckPointStmt: does('maintain'),
  RefreshMatViewStmt: does('maintain'),
  GrantStmt: defines('grant'),
  GrantRoleStmt: defines('grant'),
  DefineStmt: defines('create'),
  CompositeTypeStmt: defines('create'),
  ImportForeignSchemaStmt: defines('create'),
  IndexStmt: defines('create'),
  ViewStmt: declares('create'),
  RuleStmt: declares('create'),
  CreateFunctionStmt: declares('create'),
  CreateTrigStmt: declares('create'),
  CreatePolicyStmt: declares('create'),
  AlterPolicyStmt: declares('alter'),
  CreateStmt: createTable,
  RenameStmt: defines('alter'),
  CommentStmt: defines('alter'),
  SecLabelStmt: defines('alter'),
  ReplicaIdentityStmt: defines('alter'),
  ReassignOwnedStmt: defines('alter'),
  AlterTableMoveAllStmt: reachesAll('alter'),
  DropdbStmt: reachesAll('drop'),
};

/** Everything that PostgreSQL names Create…, Alter… and Drop… defines, changes or drops an object. */
const prefixes: readonly (readonly [string, SqlVerb])[] = [
  ['Create', 'create'],
  ['Alter', 'alter'],
  ['Drop', 'drop'],
];

export function statement(walk: Walk, name: string, node: SqlNode, scope: Scope): void {
  const known = statements[name];
  if (known !== undefined) {
    known(walk, node, scope);
    return;
  }
  const prefix = prefixes.find(([start]) => name.startsWith(start));
  if (prefix !== undefined) defines(prefix[1])(walk, node, scope);
  else walk.unknown.push(`the statement ${name} is not known`);
}

function effect(walk: Walk, found: SqlEffect): void {
  walk.effects.push(found);
}

/** A change of definitions that reaches relations without naming them. */
function reachesAll(verb: SqlVerb): Statement {
  return (walk) => {
    walk.operations.push(operation(verb, [{ schema: null, name: every }]));
    effect(walk, { effect: 'ddl' });
  };
}

/** An operation on the tables that the statement names. */
function does(verb: SqlVerb): Statement {
  return (walk, node) => walk.operations.push(operation(verb, definedTables(node)));
}

/** A change of definitions. Expressions in it are evaluated (a new column's default), so they are visited. */
function defines(verb: SqlVerb): Statement {
  return (walk, node, scope) => {
    declares(verb)(walk, node, scope);
    visit(walk, node, { ...scope, reads: [], columns: new Set(), top: false });
  };
}

/** A definition whose body is kept and not run. */
function declares(verb: SqlVerb): Statement {
  return (walk, node) => {
    walk.operations.push(operation(verb, definedTables(node)));
    effect(walk, { effect: 'ddl' });
  };
}

/** Of a new table only the bounds of a partition are evaluated at once. */
function createTable(walk: Walk, node: SqlNode, scope: Scope): void {
  declares('create')(walk, node, scope);
  visit(walk, node.partbound, { ...scope, reads: [], columns: new Set(), top: false });
}

function createAs(walk: Walk, node: SqlNode, scope: Scope): void {
  const table = tableOf(nodeOf(nodeOf(node.into).rel));
  walk.operations.push(operation('create', [table]));
  effect(walk, { effect: 'ddl' });
  query(walk, node.query, scope);
}

function maintain(walk: Walk, node: SqlNode): void {
  const tables = definedTables(node);
  walk.operations.push(operation('maintain', tables.length > 0 ? tables : [{ schema: null, name: every }]));
}

function setVariable(walk: Walk, node: SqlNode, scope: Scope): void {
  walk.operations.push(operation('set'));
  if (node.kind === 'VAR_RESET_ALL') effect(walk, { effect: 'set-search-path' });
  effect(walk, settingEffect(textOf(node.name)?.toLowerCase() ?? 'all'));
  visit(walk, listOf(node.args), scope);
}

import type { ActionKind } from './action.ts';

/** CEL's type of every field that an expression can read. */
type Fields = Readonly<Record<string, string>>;

const sql: Fields = {
  kind: 'string',
  operation: 'string',
  operations: 'list<string>',
  tables: 'list<string>',
  columns: 'list<string>',
  where: 'bool',
  predicate: 'string',
  statement: 'string',
  params: 'list<dyn>',
  rows: 'list<map<string, dyn>>',
  function: 'string',
  role: 'string',
};

const http: Fields = {
  kind: 'string',
  method: 'string',
  scheme: 'string',
  host: 'string',
  port: 'int',
  path: 'string',
  query: 'map<string, string>',
  headers: 'map<string, string>',
  contentType: 'string',
  body: 'dyn',
};

export const actionFields: Readonly<Record<ActionKind, Fields>> = {
  sql,
  http,
  command: { kind: 'string', name: 'string', argv: 'list<string>', cwd: 'string' },
  call: { kind: 'string', name: 'string', params: 'dyn' },
};

export const targetFields: Fields = {
  name: 'string',
  kind: 'string',
  identity: 'string',
  declared: 'bool',
  disposable: 'bool',
  host: 'string',
  port: 'int',
  database: 'string',
};

export const runFields: Fields = {
  event: 'string',
  base: 'string',
  head: 'string',
  author: 'string',
  step: 'string',
  attempt: 'int',
};

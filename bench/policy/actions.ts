import type { CedarValueJson, TypeAndId } from '@cedar-policy/cedar-wasm/nodejs';
import {
  type HttpAction,
  JsonNumber,
  type RuntimeAction,
  type SqlAction,
  type Target,
} from '../../src/policy/action.ts';
import { createAnalyser } from '../../src/policy/sql/analyse.ts';
import { loadSqlParser } from '../../src/targets/sql-parser.ts';

/** One runtime action as each engine takes it. Parsing SQL is outside of what is measured. */
export interface Asked {
  readonly name: string;
  readonly ours: RuntimeAction;
  readonly cedar: {
    readonly principal: TypeAndId;
    readonly action: TypeAndId;
    readonly resource: TypeAndId;
    readonly context: Record<string, CedarValueJson>;
  };
}

const staging: Target = {
  name: 'staging-db',
  kind: 'postgres',
  declared: true,
  disposable: false,
  identity: 'db.example:5432/app',
  host: 'db.example',
  port: 5432,
  database: 'app',
};

const analyse = createAnalyser(await loadSqlParser());

/** Half of them match a rule, half match none, as many of SQL as a suite has. */
export const asked: readonly Asked[] = [
  sql('select * from t9 where id = $1'),
  sql('select * from orders join items on items.order_id = orders.id where orders.id = 7'),
  sql('insert into orders (id, total) values (1, 20)'),
  sql('insert into app4_log (note) values ($1)'),
  sql('update t3 set a = 1 where id = 2'),
  sql('update t3 set a = 1'),
  sql('delete from t0'),
  sql('delete from orders where id = 3'),
  http('POST', 'h6.example', 5000),
  http('POST', 'other.example', 10),
];

function sql(statement: string): Asked {
  const action: SqlAction = {
    kind: 'sql',
    target: staging,
    origin: null,
    statement,
    params: [{ oid: 25, value: { known: true, value: 'x' }, hex: null }],
    analysis: analyse(statement, { standardConformingStrings: true }),
    role: 'app',
  };
  const operation = action.analysis.operations[0];
  if (operation === undefined) throw new Error(`${statement} has no operation`);
  const tables = operation.tables.map((table) => table.name);
  return {
    name: statement,
    ours: action,
    cedar: {
      principal: { type: 'Role', id: 'app' },
      action: { type: 'Action', id: operation.operation },
      resource: { type: 'Target', id: 'staging-db' },
      context: { tables, table: tables[0] ?? '', where: operation.where },
    },
  };
}

function http(method: string, host: string, amount: number): Asked {
  const action: HttpAction = {
    kind: 'http',
    target: { ...staging, name: host, kind: 'http', declared: false, host, port: 443, database: null },
    origin: null,
    method: { known: true, value: method },
    scheme: 'https',
    host,
    port: 443,
    path: { known: true, value: '/v1/charges' },
    query: { known: true, value: [] },
    headers: { 'content-type': 'application/json' },
    contentType: 'application/json',
    body: { known: true, value: { amount: new JsonNumber(String(amount)) } },
    bodyDigest: null,
  };
  return {
    name: `${method} ${host}`,
    ours: action,
    cedar: {
      principal: { type: 'Role', id: 'app' },
      action: { type: 'Action', id: method },
      resource: { type: 'Target', id: host },
      context: { host, path: '/v1/charges', amount },
    },
  };
}

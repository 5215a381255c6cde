import type { ActionKind } from './action.ts';

/** CEL's type of every field that an expression can read. */
type Fields = Readonly<Record<string, string>>;

/** Type and meaning: the README's table is made from these. */
type Described = Readonly<Record<string, readonly [type: string, means: string]>>;

const sql: Described = {
  kind: ['string', '`sql`'],
  operation: ['string', 'What this operation of the statement does: `select`, `insert`, `call`, …'],
  operations: ['list<string>', 'All operations of the statement'],
  tables: ['list<string>', 'What the operation changes (for select: reads), as written'],
  columns: ['list<string>', 'Columns that it names; `*` stands for those that it does not'],
  where: ['bool', 'Whether it has a WHERE clause'],
  predicate: ['string', 'Text of the WHERE clause'],
  statement: ['string', 'Text of the whole statement'],
  params: ['list<dyn>', 'Bound parameters'],
  rows: ['list<map<string, dyn>>', 'Rows of VALUES, or the SET of an UPDATE, by column'],
  function: ['string', 'Name of the function that it calls'],
  role: ['string', "The session's role"],
  estimatedRows: ['int', 'Rows that the planner expects the statement to read or change (EXPLAIN)'],
};

const http: Described = {
  kind: ['string', '`http`'],
  method: ['string', 'As sent: `POST`'],
  scheme: ['string', '`http` or `https`'],
  host: ['string', 'Host that is called'],
  port: ['int', 'Port that is called'],
  path: ['string', 'Path without the query'],
  query: ['map<string, string>', 'Decoded query; a key given twice is unknown'],
  headers: ['map<string, string>', 'One by one, by a literal name in lower case: `action.headers["x-name"]`'],
  contentType: ['string', 'Content type of the body'],
  body: ['dyn', 'Parsed JSON or form; null without a body'],
};

const command: Described = {
  kind: ['string', '`command`'],
  name: ['string', 'What `guard --kind` was given'],
  argv: ['list<string>', 'Words of the command'],
  cwd: ['string', 'Folder in which it runs, relative to the repository'],
};

const call: Described = {
  kind: ['string', '`call`'],
  name: ['string', 'What the caller of the SDK named it'],
  params: ['dyn', 'What the caller passed'],
};

const target: Described = {
  name: ['string', 'Name in the policy, else host:port'],
  kind: ['string', '`postgres`, `http`, `command` or `call`'],
  identity: [
    'string',
    'What an approval binds: the name of a disposable target, else host, port and database',
  ],
  declared: ['bool', 'Whether the policy declares it'],
  disposable: ['bool', 'Whether it is thrown away after the run'],
  host: ['string', 'Host'],
  port: ['int', 'Port'],
  database: ['string', 'Name of the database'],
};

const run: Described = {
  event: ['string', 'Event that started the workflow: `pull_request`'],
  base: ['string', 'Base branch'],
  head: ['string', 'Head branch'],
  author: ['string', "Login of the pull request's author"],
  labels: ['list<string>', 'Labels of the pull request when the workflow was started'],
  changedFiles: [
    'list<string>',
    'Paths that the pull request changes, of a renamed file both; macros take 1,000, GitHub tells 3,000 at most',
  ],
  step: ['string', 'Step of the suite that runs now'],
  attempt: ['int', 'Attempt of the workflow run, from 1'],
};

/** `now` stands alone. */
const alone: Described = { now: ['timestamp', 'The moment of judging'] };

/** Everything that an expression can read, in the order of the README. */
export const describedFields: readonly {
  readonly prefix: string;
  readonly of: string;
  readonly fields: Described;
}[] = [
  { prefix: 'action.', of: 'sql', fields: sql },
  { prefix: 'action.', of: 'http', fields: http },
  { prefix: 'action.', of: 'command', fields: command },
  { prefix: 'action.', of: 'call', fields: call },
  { prefix: 'target.', of: 'all', fields: target },
  { prefix: 'run.', of: 'all', fields: run },
  { prefix: '', of: 'all', fields: alone },
];

function types(described: Described): Fields {
  return Object.fromEntries(Object.entries(described).map(([name, [type]]) => [name, type]));
}

export const actionFields: Readonly<Record<ActionKind, Fields>> = {
  sql: types(sql),
  http: types(http),
  command: types(command),
  call: types(call),
};

export const targetFields: Fields = types(target);

export const runFields: Fields = types(run);

import assert from 'node:assert/strict';
import { readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { reportSchema } from '../../src/report/schema.ts';
import { type SandboxPostgres, startPostgres } from '../../src/sandbox/postgres.ts';
import { folderWith, jit } from './help.ts';

const modules = path.resolve(import.meta.dirname, '../../node_modules');

const policy = `version: 1
default: allow
targets:
  db: { postgres: { env: DATABASE_URL }, disposable: false }
rules:
  - { id: deletes, on: { sql: { operation: delete } }, hold: { reason: Deletes rows } }
`;

/**
 * How postgres.js goes about it, in few lines and with its names: a query starts when it is awaited, waits in a queue,
 * and is sent with others in one piece, later. The session is one of `pg`, whose socket is taken.
 */
const query = `class Query extends Promise {
  constructor(text, handler) {
    let resolve;
    super((done) => { resolve = done });
    Object.assign(this, { text, handler, resolve, started: false });
  }
  static get [Symbol.species]() { return Promise }
  async handle() {
    if (!this.started && (this.started = true) && await 1) this.handler(this);
  }
  then(...given) {
    this.handle();
    return super.then(...given);
  }
}
`;
const connection = `function Connection(client) {
  const socket = client.connection.stream;
  let chunk = Buffer.alloc(0);
  const sent = [];
  socket.removeAllListeners('data');
  socket.on('data', (data) => {
    for (let at = 0; at < data.length; at += 1 + data.readInt32BE(at + 1)) if (data[at] === 0x5a) sent.shift().resolve();
  });
  const write = (bytes) => {
    chunk = Buffer.concat([chunk, bytes]);
    setImmediate(() => {
      socket.write(chunk);
      chunk = Buffer.alloc(0);
    });
  };
  const toBuffer = (q) => {
    const text = Buffer.from('Q\\0\\0\\0\\0' + q.text + '\\0');
    text.writeInt32BE(text.length - 1, 1);
    return text;
  };
  return {
    end: () => socket.end(),
    execute(q) {
      sent.push(q);
      return write(toBuffer(q));
    },
  };
}
`;
const postgres = `const connections = async (url) => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { execute, end } = Connection(client);
  const made = (text) => {
    const query = new Query(text, execute);
    if (query.constructor !== Query) process.exit(3);
    return query;
  };
  return Object.assign(made, { end });
};
`;

/** How Drizzle does: a promise only by its methods, which a select takes over; both start with their first `then`. */
const promise = `class QueryPromise {
  catch(caught) { return this.then(undefined, caught) }
  then(...given) { return this.execute().then(...given) }
}
`;
const drizzle = `class Delete extends QueryPromise {
  constructor(client, table) { super(); Object.assign(this, { client, text: 'DELETE FROM ' + table }) }
  execute() { return this.client.query(this.text) }
}
class Select extends TypedQueryBuilder {
  constructor(client, text) { super(); Object.assign(this, { client, text }) }
  execute() { return this.client.query(this.text) }
}
for (const name of Object.getOwnPropertyNames(QueryPromise.prototype))
  if (name !== 'constructor') Object.defineProperty(Select.prototype, name, Object.getOwnPropertyDescriptor(QueryPromise.prototype, name));
`;

/** How Prisma does, minified: what it makes for a client and for one inside a transaction waits for the next tick. */
const prisma = `var m=(e)=>function(r,n){let i;const o=()=>i??=r();return{get spec(){return n},then(s,a){return o().then(s,a)}}};
const ae=(e,t)=>({[e]:t()});
export class PrismaClient{constructor(e){this.pg=e}_createPrismaPromise=m();
remove(t){return this._createPrismaPromise(()=>new Promise((r,j)=>process.nextTick(()=>this.pg.query("DELETE FROM "+t).then(r,j))),{})}
inside(n){return Object.assign(Object.create(this),ae("_createPrismaPromise",()=>m(n)))}}
`;

/** How got does: nobody awaits what a request does once it is made, only what it tells at its end. */
const got = `export default class Request {
  constructor(client, table) { Object.assign(this, { client, text: 'DELETE FROM ' + table, ended: Promise.withResolvers() }) }
  async flush() {
    await null;
    await this.client.query(this.text).catch(() => {});
    this.ended.resolve();
  }
}
`;

const exportAll = (names: string): string => `export { ${names} };\n`;
const library: Readonly<Record<string, string>> = {
  'node_modules/postgres/package.json':
    '{ "type": "module", "exports": { "import": "./src/index.js", "default": "./cjs/src/index.js" } }',
  'node_modules/postgres/src/query.js': `export ${query}`,
  'node_modules/postgres/src/connection.js': `export default ${connection}`,
  'node_modules/postgres/src/index.js': `import pg from 'pg';
import { Query } from './query.js';
import Connection from './connection.js';
${postgres}export default connections;`,
  'node_modules/postgres/cjs/package.json': '{ "type": "commonjs" }',
  'node_modules/postgres/cjs/src/query.js': `const Query = module.exports.Query = ${query}`,
  'node_modules/postgres/cjs/src/connection.js': `module.exports = Connection;\n${connection}`,
  'node_modules/postgres/cjs/src/index.js': `const pg = require('pg');
const { Query } = require('./query.js');
const Connection = require('./connection.js');
${postgres}module.exports = connections;`,
  'node_modules/drizzle-orm/package.json': '{ "type": "module", "exports": "./index.js" }',
  'node_modules/drizzle-orm/query-promise.js': `${promise}${exportAll('QueryPromise')}`,
  'node_modules/drizzle-orm/query-builders/query-builder.js': `class TypedQueryBuilder {}\n${exportAll('TypedQueryBuilder')}`,
  'node_modules/drizzle-orm/index.js': `import { QueryPromise } from './query-promise.js';
import { TypedQueryBuilder } from './query-builders/query-builder.js';
${drizzle}${exportAll('Delete, Select')}`,
  'node_modules/got/package.json': '{ "type": "module", "exports": "./dist/source/core/index.js" }',
  'node_modules/got/dist/source/core/index.js': got,
  'node_modules/@prisma/client/package.json':
    '{ "type": "module", "exports": { "./runtime/client": "./runtime/client.mjs" } }',
  'node_modules/@prisma/client/runtime/client.mjs': prisma,
};

/** In one piece, two of them from one line and one through the suite's own function. */
const queued = `
test('queued', async () => {
  const sql = await postgres(process.env.DATABASE_URL);
  const remove = (id) => sql('DELETE FROM helped WHERE id = ' + id); // helped
  const late = sql('DELETE FROM late'); // late
  await Promise.all([
    sql('SELECT 1'),
    sql('DELETE FROM first'), // first
    remove(1),
    sql('DELETE FROM second'), // second
  ]);
  await late;
  sql.end();
});
`;
const awaited = `import { test } from 'node:test';
import pg from 'pg';
import { Delete, Select } from 'drizzle-orm';
test('awaited', async () => {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  try {
    await new Delete(client, 'first'); // first
  } catch {}
  const select = new Select(client, 'WITH gone AS (DELETE FROM second RETURNING 1) SELECT * FROM gone'); // second
  await new Delete(client, 'late').catch(() => {}); // late
  await select.catch.call({ then: (_, caught) => caught() }, () => {});
  try {
    await select;
  } catch {}
  await client.end();
});
`;

const inNextTick = `import { test } from 'node:test';
import pg from 'pg';
import { PrismaClient } from '@prisma/client/runtime/client';
test('in the next tick', async () => {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  const prisma = new PrismaClient(client);
  const late = prisma.remove('late'); // late
  try {
    await prisma.remove('first'); // first
  } catch {}
  try {
    await prisma.inside('tx').remove('second'); // second
  } catch {}
  try {
    await late;
  } catch {}
  await client.end();
});
`;

const flushed = `import { test } from 'node:test';
import pg from 'pg';
import Request from 'got';
test('flushed', async () => {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  const send = (request) => { void request.flush(); return request.ended.promise };
  await send(new Request(client, 'first')); // first
  await Promise.all([
    send(new Request(client, 'late')), // late
    send(new Request(client, 'second')), // second
  ]);
  await client.end();
});
`;

/** Loads modules into a realm that has another Buffer, as environments that play a browser or an edge do. */
const elsewhere = `const { test } = require('node:test');
const { readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const vm = require('node:vm');
const { alloc, concat, from } = Buffer;
const parsingContext = vm.createContext({ Buffer: { alloc, concat, from }, process, setImmediate, Promise });
function load(file) {
  const module = { exports: {} };
  const { resolve } = createRequire(file);
  const code = readFileSync(file, 'utf8');
  vm.compileFunction(code, ['module', 'require'], { filename: file, parsingContext })(module, (name) =>
    name.startsWith('.') ? load(resolve(name)) : require(name));
  return module.exports;
}
test('elsewhere', async () => {
  const sql = await load(require.resolve('postgres'))(process.env.DATABASE_URL);
  await sql('DELETE FROM first');
  sql.end();
});
`;

describe('where a query was made that starts when it is awaited', () => {
  let db: SandboxPostgres;
  before(async () => {
    db = await startPostgres();
  });
  after(() => db.stop());

  /** What was held, each as its table and its place. */
  async function places(file: string, suite: string): Promise<string[]> {
    const cwd = folderWith({
      '.github/jit-approval.yml': policy,
      'shop/package.json': '{}',
      [`shop/test/${file}`]: suite,
      ...Object.fromEntries(Object.entries(library).map(([name, text]) => [`shop/${name}`, text])),
    });
    symlinkSync(modules, path.join(cwd, 'node_modules'));
    const command = `cd shop && node --test test/${file}`;
    const ended = await jit(['run', '--report', 'report.json', '--', 'sh', '-c', command], {
      cwd,
      env: { DATABASE_URL: db.url },
    });
    assert.equal(ended.code, 75, ended.err + ended.out);
    assert.match(ended.out, /pass 1\b/);
    const { flagged } = reportSchema.parse(JSON.parse(readFileSync(path.join(cwd, 'report.json'), 'utf8')));
    return flagged
      .map(({ form, origin }) => {
        const table = /\b(helped|late|first|second)\b/.exec(JSON.stringify(form))?.[0];
        return `${table} ${origin?.file}:${origin?.line}`;
      })
      .sort();
  }
  const at = (file: string, suite: string, names: readonly string[]): string[] =>
    names.map((name) => {
      const line = suite.split('\n').findIndex((text) => text.endsWith(`// ${name}`)) + 1;
      return `${name} shop/test/${file}:${line}`;
    });
  const all = ['first', 'helped', 'late', 'second'];

  test('is its line where several are sent in one piece, in ES modules', async () => {
    const suite = `import { test } from 'node:test';\nimport postgres from 'postgres';${queued}`;
    assert.deepEqual(await places('a.test.mjs', suite), at('a.test.mjs', suite, all));
  });

  test('is its line where several are sent in one piece, in CommonJS', async () => {
    const suite = `const { test } = require('node:test');\nconst postgres = require('postgres');${queued}`;
    assert.deepEqual(await places('a.test.cjs', suite), at('a.test.cjs', suite, all));
  });

  test('is its line where it has only the methods of a promise, its own or mixed in', async () => {
    assert.deepEqual(
      await places('a.test.mjs', awaited),
      at('a.test.mjs', awaited, ['first', 'late', 'second']),
    );
  });

  test('is its line where it waits for the next tick, also inside a transaction', async () => {
    const expected = at('a.test.mjs', inNextTick, ['first', 'late', 'second']);
    assert.deepEqual(await places('a.test.mjs', inNextTick), expected);
  });

  test('is its line where nobody awaits what is done for it', async () => {
    assert.deepEqual(
      await places('a.test.mjs', flushed),
      at('a.test.mjs', flushed, ['first', 'late', 'second']),
    );
  });

  test('is not known in a realm where nothing can be told, and the query runs as ever', async () => {
    assert.deepEqual(await places('a.test.cjs', elsewhere), ['first undefined:undefined']);
  });
});

import assert from 'node:assert/strict';
import { readFileSync, symlinkSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { type Report, reportSchema } from '../../src/report/schema.ts';
import { type SandboxPostgres, startPostgres } from '../../src/sandbox/postgres.ts';
import { folderWith, jit } from './help.ts';

const modules = path.resolve(import.meta.dirname, '../../node_modules');

const policy = `version: 1
default: allow
targets:
  db: { postgres: { env: DATABASE_URL }, disposable: false }
  shop: { http: { env: SHOP_URL } }
rules:
  - { id: deletes, on: { sql: { operation: delete } }, hold: { reason: Deletes rows } }
  - { id: posts, on: { http: { method: POST } }, hold: { reason: Posts } }
`;

const library = `import pg from 'pg';
export const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 1 });
export async function remove(name) {
  await pool.query('SELECT 1');
  await pool.query('DELETE FROM users WHERE name = $1', [name]);
}
`;

/** The line of each call is found again by its comment. */
const suite = `import { after, test } from 'node:test';
import pg from 'pg';
import http from 'node:http';
import { get, request } from 'node:http';
import { pool, remove } from '../src/users.js';
const swallow = () => {};
after(() => pool.end());
test('through a function of the service', async () => {
  await remove('ann').catch(swallow); // library
});
test('at a client, named and not', async () => {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  for (const round of [1, 2]) {
    await client.query({ name: 'gone', text: 'DELETE FROM orders WHERE id = $1', values: [5] }).catch(swallow); // named
  }
  await client.query('DELETE FROM parcels').catch(swallow); // simple
  await client.end();
});
test('one after the other on one client of the pool', async () => {
  await Promise.all([
    pool.query('SELECT pg_sleep(0.05)'),
    pool.query('DELETE FROM first').catch(swallow), // first
    pool.query('DELETE FROM second').catch(swallow), // second
  ]);
});
test('by fetch', async () => {
  await fetch(process.env.SHOP_URL + '/by-fetch', { method: 'POST' }); // fetch
});
const sent = (make) => new Promise((resolve) => make((answer) => answer.resume().once('end', resolve)));
test('by node:http', async () => {
  await sent((done) => http.request(process.env.SHOP_URL + '/by-http', { method: 'POST' }, done).end()); // http
  await sent((done) => request(process.env.SHOP_URL + '/by-named', { method: 'POST' }, done).end()); // named import
  await sent((done) => get(process.env.SHOP_URL + '/by-get', done));
});
`;

/** Loads modules as jest-runtime 30 does: each by a function of `module` and others, compiled from its text. */
const likeJest = `const { readFileSync } = require('node:fs');
const { createRequire, isBuiltin } = require('node:module');
const path = require('node:path');
const vm = require('node:vm');
const known = new Map();
function load(file) {
  if (isBuiltin(file)) return require(file);
  if (file.endsWith('.json')) return JSON.parse(readFileSync(file, 'utf8'));
  if (known.has(file)) return known.get(file).exports;
  const module = { exports: {}, filename: file, children: [], loaded: false };
  known.set(file, module);
  const parameters = ['module', 'exports', 'require', '__dirname', '__filename', 'jest'];
  const compiled = vm.compileFunction(readFileSync(file, 'utf8'), parameters, { filename: file });
  const { resolve } = createRequire(file);
  compiled.call(module.exports, module, module.exports, (name) => load(resolve(name)), path.dirname(file), file, {});
  return module.exports;
}
load(path.resolve(process.argv[2]))();
`;

describe('where a runtime action was caused', () => {
  let db: SandboxPostgres;
  const seen: IncomingHttpHeaders[] = [];
  const shop = createServer((request, response) => {
    seen.push(request.headers);
    response.end('ok');
  });
  before(async () => {
    db = await startPostgres();
    const client = new pg.Client({ connectionString: db.url });
    await client.connect();
    for (const table of [
      'users (name text)',
      'orders (id int)',
      'parcels (id int)',
      'first ()',
      'second ()',
    ]) {
      await client.query(`CREATE TABLE ${table}`);
    }
    await client.end();
    await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
  });
  after(async () => {
    shop.close();
    await db.stop();
  });

  /** Runs a command in a repository with these files, and reads what it left behind. */
  async function behind(
    files: Readonly<Record<string, string>>,
    command: string,
    env: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly report: Report; readonly out: string }> {
    const cwd = folderWith({ '.github/jit-approval.yml': policy, ...files });
    symlinkSync(modules, path.join(cwd, 'node_modules'));
    const address = shop.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const ended = await jit(['run', '--report', 'report.json', '--', 'sh', '-c', command], {
      cwd,
      env: { DATABASE_URL: db.url, SHOP_URL: `http://127.0.0.1:${port}`, ...env },
    });
    assert.equal(ended.code, 75, ended.err + ended.out);
    const text = readFileSync(path.join(cwd, 'report.json'), 'utf8');
    return { report: reportSchema.parse(JSON.parse(text)), out: ended.out };
  }

  async function run(env: Readonly<Record<string, string>> = {}): Promise<Report> {
    const files = {
      'package.json': '{ "type": "module" }',
      'packages/api/src/users.js': library,
      'packages/api/test/users.test.js': suite,
    };
    const { report, out } = await behind(files, 'cd packages/api && node --test', env);
    assert.match(out, /pass 5/);
    return report;
  }

  /** The flagged actions of a report: what their form says, with their place. */
  const places = ({ flagged }: Report): string[] =>
    flagged
      .map(({ form, origin }) => {
        const what = /\b(by-\w+|users|orders|parcels|first|second)\b/.exec(JSON.stringify(form))?.[0];
        return `${what} ${origin === null ? 'nowhere' : `${origin.file}:${origin.line}`}`;
      })
      .sort();
  const at = (comment: string): string => {
    const line = suite.split('\n').findIndex((text) => text.endsWith(`// ${comment}`)) + 1;
    return `packages/api/test/users.test.js:${line}`;
  };
  let known: Report;

  test('is the line of the test, for every way of node:test to a database and a base URL', async () => {
    known = await run();
    assert.deepEqual(places(known), [
      `by-fetch ${at('fetch')}`,
      `by-http ${at('http')}`,
      `by-named ${at('named import')}`,
      `first ${at('first')}`,
      `orders ${at('named')}`,
      `parcels ${at('simple')}`,
      `second ${at('second')}`,
      `users ${at('library')}`,
    ]);
  });

  test('is no header that a target would get', () => {
    assert.equal(seen.length > 0, true);
    for (const headers of seen) assert.equal(headers['x-jit-approval-origin'], undefined);
  });

  test('changes no fingerprint, and is not told where the job turns the preload off', async () => {
    const silent = await run({ JIT_APPROVAL_PRELOAD: 'off' });
    assert.deepEqual(new Set(silent.flagged.map(({ origin }) => origin)), new Set([null]));
    const identities = (report: Report) => report.flagged.map(({ fingerprint }) => fingerprint).sort();
    assert.deepEqual(identities(silent), identities(known));
  });

  test('is the line of the test where the runner loads modules by itself, as Jest does', async () => {
    const runner = path.join(folderWith({ 'runner.cjs': likeJest }), 'runner.cjs');
    const tested = `const pg = require('pg');
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 1 });
module.exports = async () => {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  await client.query('DELETE FROM users').catch(() => {});
  await client.end();
  await Promise.all([pool.query('SELECT 1'), pool.query('DELETE FROM orders').catch(() => {})]);
  await pool.end();
};
`;
    const { report } = await behind({ 'test/users.test.cjs': tested }, `node ${runner} test/users.test.cjs`);
    assert.deepEqual(places(report), ['orders test/users.test.cjs:8', 'users test/users.test.cjs:6']);
  });

  test("is the line of the test for requests of Playwright's own, which it makes behind a channel", async () => {
    const tested = `import { test } from 'node:test';
import { request } from 'playwright-core';
test('its API', async () => {
  const api = await request.newContext({ baseURL: process.env.SHOP_URL });
  await api.post('/by-post', { data: { a: 1 } });
  await api.fetch(process.env.SHOP_URL + '/by-fetch', { method: 'POST' });
  await Promise.all(['one', 'two'].map((name) => api.post('/by-' + name)));
  await api.dispose();
});
`;
    const { report } = await behind({ 'tests/a.spec.mjs': tested }, 'node --test tests/a.spec.mjs');
    assert.deepEqual(places(report), [
      'by-fetch tests/a.spec.mjs:6',
      'by-one tests/a.spec.mjs:7',
      'by-post tests/a.spec.mjs:5',
      'by-two tests/a.spec.mjs:7',
    ]);
    for (const headers of seen) assert.equal(headers['x-jit-approval-origin'], undefined);
  });

  test('is the line of the test for requests that wait in a pool of undici, by its own methods and by fetch', async () => {
    const tested = `import { test } from 'node:test';
import { fetch, Pool } from 'undici';
test('a pool', async () => {
  const pool = new Pool(process.env.SHOP_URL, { connections: 1 });
  const send = async (asked) => (await asked).body.dump();
  await Promise.all([
    send(pool.request({ path: '/by-first', method: 'POST' })),
    send(pool.request({ path: '/by-second', method: 'POST' })),
    fetch(process.env.SHOP_URL + '/by-fetch', { method: 'POST', dispatcher: pool }),
    send(pool.request({ path: '/by-third', method: 'POST' })),
  ]);
  await pool.close();
});
`;
    const { report } = await behind({ 'test/a.test.mjs': tested }, 'node --test test/a.test.mjs');
    assert.deepEqual(places(report), [
      'by-fetch test/a.test.mjs:9',
      'by-first test/a.test.mjs:7',
      'by-second test/a.test.mjs:8',
      'by-third test/a.test.mjs:10',
    ]);
  });

  test('leaves the NODE_OPTIONS of the job in place', async () => {
    const report = await run({ NODE_OPTIONS: '--no-deprecation --enable-source-maps' });
    assert.deepEqual(places(report), places(known));
  });
});

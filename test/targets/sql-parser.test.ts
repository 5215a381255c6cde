import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { loadSqlParser } from '../../src/targets/sql-parser.ts';

test('tokens carry their kind and their place in bytes', async () => {
  const parser = await loadSqlParser();
  const found = parser.scan(`SELECT 'é', "a b", 1.5, $2, X'1F', U&'x', x::int -- c`);
  assert.deepEqual(
    found.map(({ kind, text }) => `${kind} ${text}`),
    [
      'keyword SELECT',
      "string 'é'",
      'operator ,',
      'identifier "a b"',
      'operator ,',
      'number 1.5',
      'operator ,',
      'parameter $2',
      'operator ,',
      "bits X'1F'",
      'operator ,',
      "unicode-string U&'x'",
      'operator ,',
      'identifier x',
      'operator ::',
      'keyword int',
      'comment -- c',
    ],
  );
  assert.deepEqual([found[1]?.start, found[1]?.end, found[2]?.start], [7, 11, 11]);
  assert.deepEqual(parser.scan(''), []);
});

test('a text that breaks the parser is an exception, and the parser goes on with a fresh instance', async () => {
  const parser = await loadSqlParser();
  const deep = `select ${'1+'.repeat(10_000)}1`;
  for (let round = 0; round < 3; round++) {
    assert.throws(() => parser.parse(deep), /call stack/);
    const tree = await untilReady(() => parser.parse('select 1'));
    assert.match(JSON.stringify(tree), /SelectStmt/);
  }
  assert.throws(() => parser.parse('selec'), {
    code: 'SQL_SYNTAX',
    message: /syntax error at or near "selec"/,
  });
  assert.throws(() => parser.scan("select 'x"), { code: 'SQL_SYNTAX' });
});

/** The next instance comes with a later turn of the event loop. */
async function untilReady<T>(call: () => T): Promise<T> {
  for (;;) {
    try {
      return call();
    } catch (thrown) {
      if (!(thrown instanceof Error && thrown.message.includes('being replaced'))) throw thrown;
      await wait(1);
    }
  }
}

test('a bundle without the wasm beside it says what is missing, and where', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'jit-parser-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const outfile = path.join(folder, 'parser.mjs');
  const entry = path.resolve(import.meta.dirname, '../../src/targets/sql-parser.ts');
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['fs'],
  });
  const bundled: { loadSqlParser: typeof loadSqlParser } = await import(pathToFileURL(outfile).href);
  await assert.rejects(bundled.loadSqlParser(), {
    message: `The SQL parser is missing: expected libpg-query.wasm in ${folder}. Use the whole of dist/.`,
  });
});

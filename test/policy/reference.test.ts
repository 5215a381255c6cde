import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { loadPolicy } from '../../src/policy/parse.ts';
import { policyJsonSchema, policyReference } from '../../src/policy/schema/reference.ts';
import { text } from './actions.ts';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const validate = new Ajv2020({ strict: false }).compile(policyJsonSchema());
const examples = readdirSync(path.join(root, 'examples/policies')).filter(
  (file) => file.endsWith('.yml') && !file.endsWith('.test.yml'),
);

test('jit-approval.schema.json is what the schema says now; `npm run build` writes it', () => {
  assert.deepEqual(JSON.parse(read('jit-approval.schema.json')), policyJsonSchema());
});

test("README's table of keys is the schema's", () => {
  assert.ok(read('README.md').includes(policyReference().join('\n')));
});

test('every key says what it means', () => {
  const silent = policyReference().filter((row) => /\| *\|[^|]*\|$/.test(row) && !row.includes('meaning'));
  assert.deepEqual(silent, []);
});

test('there is a policy for each use, and an editor knows where their schema is', () => {
  assert.ok(examples.length >= 10);
  for (const file of examples) {
    assert.match(
      read(`examples/policies/${file}`),
      /^# yaml-language-server: \$schema=\S+\/jit-approval\.schema\.json\n/,
    );
  }
});

for (const file of examples) {
  test(`examples/policies/${file} loads, and an editor finds nothing wrong with it`, () => {
    const yaml = read(`examples/policies/${file}`);
    const loaded = loadPolicy([text(yaml)]);
    assert.deepEqual(loaded.ok ? [] : loaded.problems, []);
    assert.equal(validate(parse(yaml)), true, JSON.stringify(validate.errors));
  });
}

test('an editor sees a misspelt key, an unknown operation and a missing default', () => {
  const good = { version: 1, default: 'allow' };
  assert.equal(validate(good), true);
  assert.equal(validate({ version: 1 }), false);
  assert.equal(validate({ ...good, ruels: [] }), false);
  const rule = (operation: string) => ({
    ...good,
    rules: [{ id: 'a', on: { sql: { operation } }, allow: {} }],
  });
  assert.equal(validate(rule('select')), true);
  assert.equal(validate(rule('selekt')), false);
});

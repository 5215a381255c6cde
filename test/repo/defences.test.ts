import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { defences } from '../attacks/defences/all.ts';
import { cutProblem, cutsOf } from '../attacks/defences/defence.ts';
import { knownAttacks } from '../attacks/defences/known.ts';

const root = path.resolve(import.meta.dirname, '../..');
const fallen = defences.flatMap(({ falls }) => Object.entries(falls));

test('every defence of scripts/defences.ts stands in its file, once', () => {
  const problems = defences.flatMap(cutsOf).flatMap((cut) => cutProblem(root, cut) ?? []);
  assert.deepEqual(problems, []);
});

test('every test that is to fail without a defence is there', () => {
  const missing = fallen.filter(([file, title]) => {
    const place = path.join(root, file);
    return !existsSync(place) || !readFileSync(place, 'utf8').includes(title);
  });
  assert.deepEqual(missing, []);
});

test('every known attack, and every file under test/attacks, has a defence that is taken out', () => {
  const attacks = new Set(defences.map(({ attack }) => attack));
  assert.deepEqual(
    Object.keys(knownAttacks).filter((attack) => !attacks.has(attack)),
    [],
  );
  const named = new Set(fallen.map(([file]) => path.basename(file)));
  const files = readdirSync(path.join(root, 'test/attacks')).filter((file) => file.endsWith('.test.ts'));
  assert.deepEqual(
    files.filter((file) => !named.has(file)),
    [],
    'each needs a row in test/attacks/defences/: what is cut out of the source so that one of its tests fails',
  );
});

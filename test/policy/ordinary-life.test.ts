import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { suite, test } from 'node:test';
import type { Target } from '../../src/policy/action.ts';
import { nowhere } from '../../src/policy/server-identity.ts';
import { guardsFor, holdsTarget } from '../../src/policy/target-identity.ts';
import { database, judge, load, run, sql, text } from './actions.ts';
import * as drizzle from './ordinary-life/drizzle.ts';
import * as hibernate from './ordinary-life/hibernate.ts';
import * as knex from './ordinary-life/knex.ts';
import * as prisma from './ordinary-life/prisma.ts';

/** Texts that these tools send, against the example policy that is meant for them. */
const tools = { prisma, drizzle, knex, hibernate };

const example = (name: string) =>
  load(text(readFileSync(path.resolve(import.meta.dirname, `../../examples/policies/${name}.yml`), 'utf8')));

const target: Target = { ...database, name: 'app-db', host: 'localhost', identity: 'localhost:5432/app' };

/** What is held or denied, with the reason; every name is one of the schema public. */
function flagged(
  policy: ReturnType<typeof load>,
  statements: readonly string[],
  step: string,
  on = target,
): string[] {
  return statements.flatMap((statement) => {
    const action = sql(statement, [], on);
    const tables = action.analysis.operations.flatMap((operation) => operation.tables);
    const relations = tables.map((table) => ({ ...table, schema: table.schema ?? 'public' }));
    const verdict = judge(policy, action, relations, { ...run, step });
    const guards = guardsFor(policy, action).filter(
      ({ guard }) => holdsTarget(guard, on, nowhere, null).answer !== 'no',
    );
    const said = verdict.decision === 'allow' ? [] : [`${verdict.decision}: ${verdict.reason}: ${statement}`];
    return [...said, ...guards.map(({ rule }) => `${rule.id}: ${statement}`)];
  });
}

for (const [name, recorded] of Object.entries(tools)) {
  suite(`${name} under examples/policies/${name}.yml`, () => {
    const policy = example(name);

    test('starts without a hold', () => {
      assert.deepEqual(flagged(policy, recorded.startup, 'api'), []);
    });

    test('looks at the schema without a hold', () => {
      assert.deepEqual(flagged(policy, recorded.introspection, 'api'), []);
      assert.deepEqual(flagged(policy, recorded.introspection, 'migrate'), []);
    });

    test('keeps its own tables in the step that migrates, without a hold', () => {
      assert.deepEqual(flagged(policy, recorded.migrate, 'migrate'), []);
    });

    test('is still held where it empties a table or changes the schema elsewhere', () => {
      assert.equal(flagged(policy, ['DELETE FROM users'], 'api').length, 1);
      assert.equal(flagged(policy, ['DROP TABLE users'], 'api').length, 1);
    });

    test('is held at its first write to a server that the policy does not know', () => {
      const elsewhere = { ...target, host: 'db.example' };
      assert.equal(flagged(policy, ['INSERT INTO users (id) VALUES (1)'], 'api', elsewhere).length, 1);
    });
  });
}

test('what the tools look at passes the policy for a shared staging database too', () => {
  const policy = example('postgres-shared-staging');
  const staging = { ...target, name: 'staging-db' };
  for (const recorded of Object.values(tools)) {
    assert.deepEqual(flagged(policy, recorded.introspection, 'api', staging), []);
  }
});

test('and the policy that allows nothing but reading', () => {
  const policy = example('read-only-ci');
  const replica = { ...target, name: 'replica' };
  for (const recorded of Object.values(tools)) {
    assert.deepEqual(flagged(policy, recorded.introspection, 'api', replica), []);
  }
  assert.equal(flagged(policy, ['INSERT INTO users (id) VALUES (1)'], 'api', replica).length, 1);
});

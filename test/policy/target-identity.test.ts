import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Target } from '../../src/policy/action.ts';
import {
  mayWrite,
  nowhere,
  type ServerIdentity,
  type Surroundings,
} from '../../src/policy/server-identity.ts';
import { guardForm, guardsFor, holdsTarget } from '../../src/policy/target-identity.ts';
import { database, load, sql, text } from './actions.ts';

const server: ServerIdentity = {
  address: '10.0.3.4',
  port: 5432,
  database: 'app',
  systemIdentifier: '7412345678901234567',
};

const runner: Surroundings = { runId: '17812345678', containerNetworks: [['172.18.0.1', 16]] };

function yaml(targets: string, guard = 'true'): string {
  return `version: 1\ndefault: allow\nguards: { target-identity: ${guard} }\ntargets: { staging-db: { postgres: { env: DATABASE_URL }, ${targets} } }\n`;
}

/** The guard's answer for the target of these words, seen as `over` says. */
function answer(
  words: string,
  over: Partial<Target> = {},
  options: { guard?: string; machine?: Surroundings; says?: Partial<ServerIdentity> } = {},
) {
  const policy = load(text(yaml(words, options.guard)));
  const guard = policy.layers[0]?.guard;
  assert.ok(guard);
  const says = { known: true, value: { ...server, ...options.says } } as const;
  return holdsTarget(guard, { ...database, ...over }, options.machine ?? nowhere, says).answer;
}

suite('which servers the guard target-identity holds', () => {
  test('one that lives on, and one of which nothing is proven', () => {
    assert.equal(answer('disposable: false'), 'yes');
    assert.equal(answer('disposable: auto'), 'yes');
  });

  test('one that the policy does not declare, whatever its address', () => {
    assert.equal(answer('disposable: true', { name: 'other', declared: false }), 'yes');
    assert.equal(answer('disposable: true', { declared: false }), 'yes');
  });

  test('not one that the policy calls disposable', () => {
    assert.equal(answer('disposable: true'), 'no');
  });

  test('not one whose host and database fit the patterns for what is thrown away', () => {
    const guard = '{ disposable-hosts: [postgres, "*.ci.example"], disposable-databases: "test_*" }';
    assert.equal(answer('disposable: auto', { host: 'db.ci.example', database: 'test_1' }, { guard }), 'no');
    assert.equal(answer('disposable: auto', { host: 'db.ci.example', database: 'shop' }, { guard }), 'yes');
    assert.equal(answer('disposable: auto', { host: 'db.example', database: 'test_1' }, { guard }), 'yes');
  });

  test('a pattern does not speak for a target that the policy says lives on', () => {
    const guard = '{ disposable-hosts: "*" }';
    assert.equal(answer('disposable: false', {}, { guard }), 'yes');
  });

  test("not one on loopback whose database carries the run's own number, but one that carries another", () => {
    const local = { host: '127.0.0.1', database: 'shop_17812345678' };
    assert.equal(answer('disposable: auto', local, { machine: runner }), 'no');
    assert.equal(
      answer('disposable: auto', { ...local, database: 'shop_178123456789' }, { machine: runner }),
      'yes',
    );
    assert.equal(answer('disposable: auto', { ...local, host: 'db.example' }, { machine: runner }), 'yes');
    assert.equal(answer('disposable: auto', local), 'yes', 'without a run nothing is its own');
  });

  test('loopback alone proves nothing: a forwarded port is on loopback too', () => {
    const loopback = { host: 'localhost' };
    assert.equal(
      answer('disposable: auto', loopback, { machine: runner, says: { address: '127.0.0.1' } }),
      'yes',
    );
    assert.equal(
      answer('disposable: auto', loopback, { machine: runner, says: { address: '10.1.0.7' } }),
      'yes',
    );
  });

  test("not a service container: its own address is in a container network of the run's machine", () => {
    const says = { address: '172.18.0.2' };
    assert.equal(answer('disposable: auto', { host: 'localhost' }, { machine: runner, says }), 'no');
    assert.equal(
      answer('disposable: auto', { host: 'localhost' }, { says }),
      'yes',
      'on a machine that lives on',
    );
    const self = { address: '172.18.0.1' };
    assert.equal(
      answer('disposable: auto', {}, { machine: runner, says: self }),
      'yes',
      'the machine itself',
    );
  });

  test('not the server that the policy names, but every other one, also behind a disposable-looking address', () => {
    const words = 'disposable: auto, server: { system-identifier: "7412345678901234567", database: app }';
    assert.equal(answer(words), 'no');
    assert.equal(answer(words, {}, { says: { systemIdentifier: '1' } }), 'yes');
    assert.equal(answer(words, {}, { says: { database: 'production' } }), 'yes');
    assert.equal(
      answer(words, {}, { machine: runner, says: { address: '172.18.0.2', systemIdentifier: '1' } }),
      'yes',
    );
  });

  test('a server that does not say who it is stays unknown', () => {
    const guard = load(text(yaml('disposable: auto'))).layers[0]?.guard;
    assert.ok(guard);
    assert.equal(holdsTarget(guard, database, runner, { known: false, why: 'no right' }).answer, 'unknown');
  });
});

suite('whom the guard asks', () => {
  const policy = load(text(yaml('disposable: auto')));

  test('writes, and what is not understood', () => {
    for (const statement of [
      'INSERT INTO t VALUES (1)',
      'CREATE TABLE t ()',
      'COPY t FROM STDIN',
      'SELECT app.f()',
      'VACUUM t',
      'not sql',
    ]) {
      assert.equal(guardsFor(policy, sql(statement)).length, 1, statement);
    }
    assert.equal(mayWrite(sql('WITH d AS (DELETE FROM t RETURNING *) SELECT * FROM d')), true);
  });

  test('not what only reads', () => {
    for (const statement of [
      'SELECT * FROM t',
      'BEGIN',
      'SET search_path = app',
      'COPY t TO STDOUT',
      'SHOW all',
    ]) {
      assert.deepEqual(guardsFor(policy, sql(statement)), [], statement);
    }
  });

  test('nobody where the policy does not ask for it', () => {
    const off = load(text('version: 1\ndefault: allow\n'));
    assert.deepEqual(guardsFor(off, sql('DROP TABLE t')), []);
  });

  test("a repository's words about its target do not release it from its organisation's guard", () => {
    const lax = load(
      text(yaml('disposable: true')),
      text('version: 1\ndefault: allow\nguards: { target-identity: true }\n', 'default'),
    );
    const known = { known: true, value: server } as const;
    const answers = guardsFor(lax, sql('DELETE FROM t')).map(
      ({ guard }) => holdsTarget(guard, database, nowhere, known).answer,
    );
    assert.deepEqual(answers, ['no', 'yes']);
  });
});

test('what an approval binds is the server and database, and neither address nor statement', () => {
  const rules = [{ id: 'target-identity', digest: 'a'.repeat(64) }];
  const form = guardForm(database, { known: true, value: server }, rules);
  const elsewhere = guardForm(database, { known: true, value: { ...server, address: '10.0.3.5' } }, rules);
  assert.deepEqual(form, elsewhere);
  assert.notDeepEqual(form, guardForm(database, { known: true, value: { ...server, database: 'b' } }, rules));
  assert.notDeepEqual(
    form,
    guardForm(database, { known: true, value: { ...server, systemIdentifier: '1' } }, rules),
  );
});

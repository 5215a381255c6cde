import assert from 'node:assert/strict';
import { test } from 'node:test';
import type pg from 'pg';
import { ended, openUnique } from './support.ts';

/**
 * What a real unique index does to sessions that write one key, and what the gate does to the same sessions on
 * a table without one: the same, statement by statement, waits included.
 */
const rule = (table: string, key: string) => `
  - id: ${table}
    on: { sql: { operation: [insert, update, merge, copy], table: ${table} } }
    check: [{ unique: { key: ${key} } }]`;

const fixture = await openUnique(
  `${rule('gated', '[email]')}${rule('gated_pair', '[tenant, "lower(email)"]')}`,
);

type Step = readonly [session: 'A' | 'B' | 'C', sql: string];
interface Case {
  readonly name: string;
  readonly key?: 'pair';
  readonly steps: readonly Step[];
  /** What both do; the test says it, so that two equal mistakes do not pass. */
  readonly outcomes: readonly string[];
}

const a = "INSERT INTO T (email) VALUES ('a@x')";
const cases: readonly Case[] = [
  {
    name: 'the second waits, and fails when the first commits',
    steps: [
      ['A', 'BEGIN'],
      ['A', a],
      ['B', a],
      ['A', 'COMMIT'],
    ],
    outcomes: ['ok', 'ok', 'waits, duplicate', 'ok'],
  },
  {
    name: 'the second waits, and passes when the first rolls back',
    steps: [
      ['A', 'BEGIN'],
      ['A', a],
      ['B', a],
      ['A', 'ROLLBACK'],
    ],
    outcomes: ['ok', 'ok', 'waits, ok', 'ok'],
  },
  {
    name: 'the second passes when the first fails at something else',
    steps: [
      ['A', 'BEGIN'],
      ['A', a],
      ['B', a],
      ['A', 'SELECT 1/0'],
      ['A', 'COMMIT'],
    ],
    outcomes: ['ok', 'ok', 'waits, ok', '22012', 'ok'],
  },
  {
    name: 'other keys do not wait',
    steps: [
      ['A', 'BEGIN'],
      ['A', a],
      ['B', "INSERT INTO T (email) VALUES ('b@x')"],
      ['A', 'COMMIT'],
    ],
    outcomes: ['ok', 'ok', 'ok', 'ok'],
  },
  {
    name: 'a third gets the key that the first gave back, and the second fails',
    steps: [
      ['A', 'BEGIN'],
      ['A', a],
      ['A', 'ROLLBACK'],
      ['C', a],
      ['B', a],
    ],
    outcomes: ['ok', 'ok', 'ok', 'ok', 'duplicate'],
  },
  {
    name: 'ROLLBACK TO gives back what was written after the savepoint',
    steps: [
      ['A', 'BEGIN'],
      ['A', 'SAVEPOINT s'],
      ['A', a],
      ['B', a],
      ['A', 'ROLLBACK TO s'],
      ['A', 'COMMIT'],
    ],
    outcomes: ['ok', 'ok', 'ok', 'waits, ok', 'ok', 'ok'],
  },
  {
    name: 'ROLLBACK TO keeps what was written before the savepoint',
    steps: [
      ['A', 'BEGIN'],
      ['A', a],
      ['A', 'SAVEPOINT s'],
      ['B', a],
      ['A', 'ROLLBACK TO s'],
      ['A', 'COMMIT'],
    ],
    outcomes: ['ok', 'ok', 'ok', 'waits, duplicate', 'ok', 'ok'],
  },
  {
    name: 'RELEASE gives the key to the transaction around it',
    steps: [
      ['A', 'BEGIN'],
      ['A', 'SAVEPOINT s'],
      ['A', a],
      ['A', 'RELEASE s'],
      ['B', a],
      ['A', 'COMMIT'],
    ],
    outcomes: ['ok', 'ok', 'ok', 'ok', 'waits, duplicate', 'ok'],
  },
  {
    name: 'savepoints of one name hide each other, and the outer one undoes both',
    steps: [
      ['A', 'BEGIN'],
      ['A', 'SAVEPOINT s'],
      ['A', a],
      ['A', 'SAVEPOINT s'],
      ['A', 'ROLLBACK TO s'],
      ['A', 'RELEASE s'],
      ['B', a],
      ['A', 'ROLLBACK TO s'],
      ['A', 'COMMIT'],
    ],
    outcomes: ['ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'waits, ok', 'ok', 'ok'],
  },
  {
    name: 'a key may be deleted and inserted again in one transaction',
    steps: [
      ['A', a],
      ['A', 'BEGIN'],
      ['A', 'DELETE FROM T'],
      ['A', a],
      ['B', a],
      ['A', 'COMMIT'],
    ],
    outcomes: ['ok', 'ok', 'ok', 'ok', 'waits, duplicate', 'ok'],
  },
  {
    name: 'who inserts a key that another transaction deletes waits, and passes when it commits',
    steps: [
      ['A', a],
      ['A', 'BEGIN'],
      ['A', 'DELETE FROM T'],
      ['B', a],
      ['A', 'COMMIT'],
    ],
    outcomes: ['ok', 'ok', 'ok', 'waits, ok', 'ok'],
  },
  {
    name: 'who inserts a key that another transaction deletes waits, and fails when it rolls back',
    steps: [
      ['A', a],
      ['A', 'BEGIN'],
      ['A', 'DELETE FROM T'],
      ['B', a],
      ['A', 'ROLLBACK'],
    ],
    outcomes: ['ok', 'ok', 'ok', 'waits, duplicate', 'ok'],
  },
  {
    name: 'deleted behind a savepoint, and brought back',
    steps: [
      ['A', a],
      ['A', 'BEGIN'],
      ['A', 'SAVEPOINT s'],
      ['A', 'DELETE FROM T'],
      ['B', a],
      ['A', 'ROLLBACK TO s'],
      ['A', 'COMMIT'],
    ],
    outcomes: ['ok', 'ok', 'ok', 'ok', 'waits, duplicate', 'ok', 'ok'],
  },
  {
    name: 'twice in one transaction fails at the second',
    steps: [
      ['A', 'BEGIN'],
      ['A', a],
      ['A', a],
      ['A', 'COMMIT'],
    ],
    outcomes: ['ok', 'ok', 'duplicate', 'ok'],
  },
  {
    name: 'a failed second INSERT behind a savepoint leaves the first',
    steps: [
      ['A', 'BEGIN'],
      ['A', a],
      ['A', 'SAVEPOINT s'],
      ['A', a],
      ['A', 'ROLLBACK TO s'],
      ['B', a],
      ['A', 'COMMIT'],
    ],
    outcomes: ['ok', 'ok', 'ok', 'duplicate', 'ok', 'waits, duplicate', 'ok'],
  },
  {
    name: 'twice in one statement',
    steps: [
      ['A', "INSERT INTO T (email) VALUES ('a@x'), ('a@x')"],
      ['B', a],
    ],
    outcomes: ['duplicate', 'ok'],
  },
  {
    name: 'a key is what its type says, not how it is written',
    steps: [
      ['A', "INSERT INTO T (email) VALUES ('1')"],
      ['B', 'INSERT INTO T (email) VALUES (1)'],
    ],
    outcomes: ['ok', 'duplicate'],
  },
  {
    name: 'NULL is no duplicate of NULL, given or left out',
    steps: [
      ['A', 'INSERT INTO T (email) VALUES (NULL), (NULL)'],
      ['B', 'INSERT INTO T (id) VALUES (7)'],
      ['B', 'INSERT INTO T (id, email) VALUES (8, DEFAULT)'],
    ],
    outcomes: ['ok', 'ok', 'ok'],
  },
  {
    name: 'UPDATE to a key that is there fails, to a free one passes, to its own passes',
    steps: [
      ['A', "INSERT INTO T (id, email) VALUES (1, 'a@x'), (2, 'b@x')"],
      ['A', "UPDATE T SET email = 'a@x' WHERE id = 2"],
      ['A', "UPDATE T SET email = 'c@x' WHERE id = 2"],
      ['A', "UPDATE T SET email = 'a@x' WHERE id = 1"],
      ['A', "UPDATE T SET email = 'b@x' WHERE id = 2"],
    ],
    outcomes: ['ok', 'duplicate', 'ok', 'ok', 'ok'],
  },
  {
    name: 'UPDATE of two rows to one key fails, of no row passes',
    steps: [
      ['A', "INSERT INTO T (id, email) VALUES (1, 'a@x'), (2, 'b@x')"],
      ['A', "UPDATE T SET email = 'c@x'"],
      ['A', "UPDATE T SET email = 'a@x' WHERE id = 9"],
    ],
    outcomes: ['ok', 'duplicate', 'ok'],
  },
  {
    name: 'who wants the key that an UPDATE has just taken waits',
    steps: [
      ['A', "INSERT INTO T (id, email) VALUES (1, 'b@x')"],
      ['A', 'BEGIN'],
      ['A', "UPDATE T SET email = 'a@x' WHERE id = 1"],
      ['B', a],
      ['A', 'COMMIT'],
    ],
    outcomes: ['ok', 'ok', 'ok', 'waits, duplicate', 'ok'],
  },
  {
    name: 'who wants the key that an UPDATE is giving up waits, and passes when it commits',
    steps: [
      ['A', a],
      ['A', 'BEGIN'],
      ['A', "UPDATE T SET email = 'b@x' WHERE email = 'a@x'"],
      ['B', a],
      ['A', 'COMMIT'],
    ],
    outcomes: ['ok', 'ok', 'ok', 'waits, ok', 'ok'],
  },
  {
    name: 'a prepared transaction keeps its key until it is committed, by whoever',
    steps: [
      ['A', 'BEGIN'],
      ['A', a],
      ['A', "PREPARE TRANSACTION 'p'"],
      ['B', a],
      ['C', "COMMIT PREPARED 'p'"],
    ],
    outcomes: ['ok', 'ok', 'ok', 'waits, duplicate', 'ok'],
  },
  {
    name: 'a prepared transaction gives its key back when it is rolled back',
    steps: [
      ['A', 'BEGIN'],
      ['A', a],
      ['A', "PREPARE TRANSACTION 'p'"],
      ['B', a],
      ['C', "ROLLBACK PREPARED 'p'"],
    ],
    outcomes: ['ok', 'ok', 'ok', 'waits, ok', 'ok'],
  },
  {
    name: 'the session that prepared goes on without the key',
    steps: [
      ['A', 'BEGIN'],
      ['A', a],
      ['A', "PREPARE TRANSACTION 'p'"],
      ['A', 'BEGIN'],
      ['A', 'ROLLBACK'],
      ['B', a],
      ['A', "ROLLBACK PREPARED 'p'"],
    ],
    outcomes: ['ok', 'ok', 'ok', 'ok', 'ok', 'waits, ok', 'ok'],
  },
  {
    name: 'composite and folded keys',
    key: 'pair',
    steps: [
      ['A', "INSERT INTO T (tenant, email) VALUES (1, 'Ä@x')"],
      ['A', "INSERT INTO T (tenant, email) VALUES (2, 'Ä@x')"],
      ['A', "INSERT INTO T (tenant, email) VALUES (1, 'B@x')"],
      ['B', "INSERT INTO T (tenant, email) VALUES (1, 'b@X')"],
      ['B', "INSERT INTO T (tenant, email) VALUES (NULL, 'B@x'), (NULL, 'b@x')"],
      ['B', 'UPDATE T SET tenant = 1 WHERE tenant = 2'],
    ],
    outcomes: ['ok', 'ok', 'ok', 'duplicate', 'ok', 'duplicate'],
  },
  {
    name: 'COMMIT AND CHAIN ends the transaction that wrote',
    steps: [
      ['A', 'BEGIN'],
      ['A', a],
      ['A', 'ROLLBACK AND CHAIN'],
      ['B', a],
      ['A', 'COMMIT'],
    ],
    outcomes: ['ok', 'ok', 'ok', 'ok', 'ok'],
  },
];

interface Side {
  readonly table: string;
  readonly clients: Readonly<Record<Step[0], pg.Client>>;
  readonly direct: pg.Client;
  waits(client: pg.Client): Promise<boolean>;
}

for (const one of cases) {
  test(`as a unique index does: ${one.name}`, async () => {
    const pair = one.key === 'pair';
    const real = await play(one, await realSide(pair));
    const gated = await play(one, await gatedSide(pair));
    assert.deepEqual(real.outcomes, one.outcomes, 'what PostgreSQL does is not what the test says');
    assert.deepEqual(gated.outcomes, real.outcomes);
    assert.deepEqual(gated.rows, real.rows);
    assert.equal(fixture.keys.size, 0, 'a key stays reserved after every transaction has ended');
  });
}

const columns = '(id int, tenant int, email text)';

async function realSide(pair: boolean): Promise<Side> {
  const direct = await fixture.direct();
  await direct.query(`DROP TABLE IF EXISTS real; CREATE TABLE real ${columns};
    CREATE UNIQUE INDEX ON real ${pair ? '(tenant, lower(email))' : '(email)'}`);
  const clients = { A: await fixture.direct(), B: await fixture.direct(), C: await fixture.direct() };
  return {
    table: 'real',
    clients,
    direct,
    async waits(client) {
      const pid = Reflect.get(client, 'processID');
      const { rows } = await direct.query(
        "SELECT 1 FROM pg_stat_activity WHERE pid = $1 AND wait_event_type = 'Lock'",
        [pid],
      );
      return rows.length > 0;
    },
  };
}

async function gatedSide(pair: boolean): Promise<Side> {
  const direct = await fixture.direct();
  const table = pair ? 'gated_pair' : 'gated';
  await direct.query(`DROP TABLE IF EXISTS ${table}; CREATE TABLE ${table} ${columns}`);
  const clients = { A: await fixture.client(), B: await fixture.client(), C: await fixture.client() };
  const waits = async (client: pg.Client) => {
    await new Promise((resolve) => setImmediate(resolve));
    return fixture.keys.waits(`shop-db ${Reflect.get(client, 'processID')}`);
  };
  return { table, clients, direct, waits };
}

async function play({ steps }: Case, side: Side): Promise<{ outcomes: string[]; rows: unknown[] }> {
  const outcomes: string[] = [];
  const running: Promise<unknown>[] = [];
  for (const [at, [session, sql]] of steps.entries()) {
    const client = side.clients[session];
    let settled = false;
    let prefix = '';
    const done = ended(client.query(sql.replace(/\bT\b/g, side.table))).then((outcome) => {
      settled = true;
      outcomes[at] = `${prefix}${outcome}`;
    });
    running.push(done);
    while (!settled && prefix === '') if (await side.waits(client)) prefix = 'waits, ';
  }
  await Promise.all(running);
  await Promise.all(Object.values(side.clients).map((client) => client.end()));
  const { rows } = await side.direct.query(`SELECT * FROM ${side.table} ORDER BY id, tenant, email`);
  return { outcomes, rows };
}

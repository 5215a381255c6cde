import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import pg from 'pg';
import { postgresLedger } from '../../src/ledger/postgres.ts';
import { verifyLedger } from '../../src/ledger/verify.ts';
import { until } from '../../src/sandbox/demo/until.ts';
import { databases } from './databases.ts';
import { killed } from './killed.ts';

const server = await databases();
const key = { repository: 'acme/shop', number: 12 };
const id = (text: string) =>
  ({ type: 'id', at: '2026-01-01T00:00:00Z', id: text, fingerprint: 'a'.repeat(64) }) as const;

async function query(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sql);
  await client.end();
}

describe('the ledger in PostgreSQL', () => {
  test('replicas that start at once on an empty database all find it ready', async () => {
    const url = await server.fresh();
    const replicas = await Promise.all(Array.from({ length: 6 }, () => postgresLedger(url)));
    await Promise.all(replicas.map((ledger, index) => ledger.record(key, [id(`${index}`)], null, 5)));
    for (const ledger of replicas) assert.equal((await ledger.facts(key)).length, 6);
    await Promise.all(replicas.map((ledger) => ledger.close()));
  });

  test('replicas that write to one repository at once never fork its chain', async () => {
    const url = await server.fresh();
    const replicas = await Promise.all([postgresLedger(url), postgresLedger(url), postgresLedger(url)]);
    const writes = Array.from({ length: 60 }, (_, index) =>
      replicas[index % 3]?.record(
        { ...key, number: index % 4 },
        [id(`${index}a`), id(`${index}b`)],
        `guid-${index}`,
        5,
      ),
    );
    await Promise.all(writes);
    const [ledger] = replicas;
    assert.ok(ledger);
    const chains = [];
    for await (const { links, broken } of verifyLedger(ledger)) chains.push([links, broken]);
    assert.deepEqual(chains, [[120, null]]);
    await Promise.all(replicas.map((each) => each.close()));
  });

  test('a writer that waits for a pull request holds no delivery meanwhile, or two would wait for each other', async () => {
    const url = await server.fresh();
    const ledger = await postgresLedger(url);
    await ledger.markDirty(key, 5);
    const [holder, other] = [new pg.Client(url), new pg.Client(url)];
    await Promise.all([holder.connect(), other.connect()]);
    await holder.query('BEGIN; SELECT FROM jit_approval.pull FOR UPDATE');
    const writing = ledger.record(key, [], 'guid-1', 5);
    await until('the writer waits', async () => {
      const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      return (await other.query(waiting)).rowCount === 1;
    });
    // were it there already, this one would wait for the writer, and could hold what the writer waits for
    await other.query("BEGIN; SET LOCAL lock_timeout = '2s'");
    await other.query(
      `INSERT INTO jit_approval.delivery (guid, repository, number) VALUES ('guid-1', 'acme/shop', 12)`,
    );
    await other.query('ROLLBACK');
    await holder.query('COMMIT');
    assert.equal(await writing, true);
    assert.equal(await ledger.record(key, [], 'guid-1', 5), false);
    await Promise.all([holder.end(), other.end(), ledger.close()]);
  });

  test('replicas that take at once take different pull requests', async () => {
    const url = await server.fresh();
    const replicas = await Promise.all([postgresLedger(url), postgresLedger(url), postgresLedger(url)]);
    for (let number = 1; number <= 20; number++) await replicas[0]?.markDirty({ ...key, number }, 5);
    const taken = await Promise.all(
      replicas.map(async (ledger, index) => {
        const found: number[] = [];
        for (;;) {
          const next = await ledger.take({ holder: `replica ${index}`, ms: 60_000 });
          if (next === null) return found;
          found.push(next.key.number);
        }
      }),
    );
    const numbers = taken.flat().sort((a, b) => a - b);
    assert.deepEqual(
      numbers,
      Array.from({ length: 20 }, (_, index) => index + 1),
    );
    await Promise.all(replicas.map((each) => each.close()));
  });

  test('a replica killed while it writes loses nothing that it acknowledged, and half a batch never stays', async () => {
    const url = await server.fresh();
    const said = await killed(url, 'stream', 20);
    const ledger = await postgresLedger(url);
    const ids = (await ledger.facts(key)).map((fact) => (fact.type === 'id' ? fact.id : ''));
    assert.equal(ids.length % 3, 0);
    for (const number of said) assert.ok(ids.includes(`${number}c`), `batch ${number}`);
    for (const number of said) assert.equal(await ledger.record(key, [], `guid-${number}`, 5), false);
    for await (const { broken } of verifyLedger(ledger)) assert.equal(broken, null);
    await ledger.close();
  });

  test('goes on when the server has ended its connections', async () => {
    const url = await server.fresh();
    const ledger = await postgresLedger(url);
    await ledger.record(key, [id('before')], null, 5);
    await query(
      url,
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    // one that was in the pool may still be handed out once
    await ledger
      .record(key, [id('after')], 'guid-1', 5)
      .catch(() => ledger.record(key, [id('after')], 'guid-1', 5));
    assert.equal((await ledger.facts(key)).length, 2);
    await ledger.close();
  });

  test('a ledger of a newer version is refused, not written to', async () => {
    const url = await server.fresh();
    await (await postgresLedger(url)).close();
    await query(url, 'UPDATE jit_approval.schema SET version = 99');
    await assert.rejects(postgresLedger(url), { code: 'ledger-newer' });
  });

  test('a server that does not answer is said without its password', async () => {
    await assert.rejects(postgresLedger('postgresql://app:geheim@127.0.0.1:1/ledger'), (thrown: Error) => {
      assert.match(thrown.message, /cannot be opened: .*ECONNREFUSED/);
      assert.doesNotMatch(thrown.message, /geheim/);
      return true;
    });
  });
});

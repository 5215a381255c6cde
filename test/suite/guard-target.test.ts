import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import pg from 'pg';
import type { GrantSource, HoldRequest } from '../../src/approval/grant.ts';
import { startPostgresGate } from '../../src/gates/postgres/gate.ts';
import { createAnalyser } from '../../src/policy/sql/analyse.ts';
import { type SandboxPostgres, startPostgres } from '../../src/sandbox/postgres.ts';
import { createJudge } from '../../src/suite/judge.ts';
import { Recorder } from '../../src/suite/recorder.ts';
import { postgresTarget, settingsFromUrl } from '../../src/targets/postgres.ts';
import { loadSqlParser } from '../../src/targets/sql-parser.ts';
import { load, run, text } from '../policy/actions.ts';

const policy = (words: string) => `version: 1
default: allow
guards: { target-identity: true }
targets: { staging-db: { postgres: { env: DATABASE_URL }, ${words} } }
rules:
  - id: deletes
    on: { sql: { operation: delete } }
    hold: { reason: Deletes shared rows }
`;

let db: SandboxPostgres;
let system = '';
before(async () => {
  db = await startPostgres();
  const found = await direct('SELECT system_identifier::text AS id FROM pg_control_system()');
  system = found.rows[0].id;
  await direct(
    "CREATE TABLE orders (id int); CREATE ROLE app LOGIN PASSWORD 'app-password'; GRANT ALL ON orders TO app",
  );
  await direct('CREATE DATABASE other');
});
after(() => db.stop());

async function direct(statement: string): Promise<pg.QueryResult> {
  const client = new pg.Client(db.url);
  await client.connect();
  try {
    return await client.query(statement);
  } finally {
    await client.end();
  }
}

interface Scene {
  readonly asked: HoldRequest[];
  readonly recorder: Recorder;
  query(...statements: string[]): Promise<(string | number | null)[]>;
}

/** Statements through gate and judge, each answered by its SQLSTATE or number of rows. */
async function scene(
  words: string,
  work: (scene: Scene) => Promise<void>,
  options: { approve?: (hold: HoldRequest) => boolean; url?: string; database?: string; mode?: string } = {},
): Promise<void> {
  const asked: HoldRequest[] = [];
  const grants: GrantSource = {
    find: async (hold) => {
      asked.push(hold);
      const { fingerprint, id } = hold;
      const grant = {
        fingerprint,
        id,
        binds: fingerprint,
        varying: [],
        uses: null,
        expires: null,
        by: ['alice'],
      };
      return options.approve?.(hold) === true
        ? { kind: 'granted', grant, giveBack: () => undefined }
        : { kind: 'none', problem: null };
    },
  };
  const recorder = new Recorder();
  const judge = createJudge({
    policy: load(text(`${policy(words)}mode: ${options.mode ?? 'enforce'}\n`)),
    grants,
    recorder,
    run: () => run,
    readFile: async () => ({ known: false, why: 'no file' }),
    secrets: [],
    now: () => 0,
    approveHint: () => 'Approve it.',
    onFlagged: () => undefined,
  });
  const upstream = settingsFromUrl(options.url ?? db.url);
  const target = postgresTarget('staging-db', upstream, { declared: true, disposable: false });
  const analyse = createAnalyser(await loadSqlParser());
  const gate = await startPostgresGate({
    target,
    upstream,
    judge,
    analyser: async () => analyse,
  });
  const { host, port, user, password } = gate;
  const client = new pg.Client({ host, port, user, password, database: options.database ?? gate.database });
  await client.connect();
  try {
    await work({
      asked,
      recorder,
      async query(...statements) {
        const answers: (string | number | null)[] = [];
        for (const statement of statements) {
          answers.push(
            await client.query(statement).then(
              (result) => result.rowCount,
              (error) => error.code,
            ),
          );
        }
        return answers;
      },
    });
  } finally {
    await client.end();
    await gate.close();
  }
}

suite('the guard target-identity, in front of a real server', () => {
  test('under mode: record holds nothing, and reports once that it would have', () =>
    scene(
      'disposable: auto',
      async ({ query, recorder }) => {
        assert.deepEqual(await query('DELETE FROM orders', 'INSERT INTO orders VALUES (1)'), [0, 1]);
        assert.deepEqual(
          recorder.results().flagged.map(({ form, outcome }) => [form.rules[0]?.id, outcome]),
          [
            ['target-identity', 'would-hold'],
            ['deletes', 'would-hold'],
          ],
        );
      },
      { mode: 'record' },
    ));

  test('reads pass, the first write is held with what the server says of itself', () =>
    scene('disposable: auto', async ({ query, recorder }) => {
      assert.deepEqual(await query('SELECT 1', 'INSERT INTO orders VALUES (1)', 'SELECT 1'), [1, 'JA001', 1]);
      const [flagged] = recorder.results().flagged;
      assert.deepEqual(
        flagged?.form.rules.map(({ id }) => id),
        ['target-identity'],
      );
      assert.match(
        flagged?.reason ?? '',
        new RegExp(`The server says: 127\\.0\\.0\\.1:\\d+, database \\w+, system identifier ${system}`),
      );
    }));

  test('one hold stands for all writes, and one approval releases them all', () =>
    scene(
      'disposable: auto',
      async ({ query, recorder, asked }) => {
        const written = await query(
          'INSERT INTO orders VALUES (1)',
          'INSERT INTO orders VALUES (2)',
          'CREATE TEMP TABLE x ()',
        );
        assert.deepEqual(written, [1, 1, null]);
        assert.equal(asked.length, 1);
        assert.deepEqual(
          recorder.results().flagged.map(({ outcome, count }) => [outcome, count]),
          [['granted', 1]],
        );
      },
      { approve: () => true },
    ));

  test('without an approval several writes are one hold', () =>
    scene('disposable: false', async ({ query, recorder }) => {
      const writes = ['INSERT INTO orders VALUES (1)', 'UPDATE orders SET id = 3'] as const;
      assert.deepEqual(await query(...writes, 'SELECT 1'), ['JA001', 'JA001', 1]);
      assert.deepEqual(
        recorder.results().flagged.map(({ outcome, count }) => [outcome, count]),
        [['held', 2]],
      );
    }));

  test('a statement that a rule holds as well is reported beside it, and releasing the server does not release it', async () => {
    await scene('disposable: auto', async ({ query, recorder }) => {
      // the answer to a second query tells that the gate has heard the end of the first
      assert.deepEqual(await query('DELETE FROM orders', 'SELECT 1'), ['JA001', 1]);
      const rules = recorder.results().flagged.map(({ form }) => form.rules[0]?.id);
      assert.deepEqual(rules.sort(), ['deletes', 'target-identity']);
    });
    const server = (hold: HoldRequest) => hold.form.rules.every(({ id }) => id === 'target-identity');
    await scene(
      'disposable: auto',
      async ({ query }) => assert.deepEqual(await query('DELETE FROM orders'), ['JA001']),
      { approve: server },
    );
  });

  test('inside a transaction the server is asked without ending or spoiling it', () =>
    scene(
      'disposable: auto',
      async ({ query }) => {
        assert.deepEqual(await query('BEGIN', 'SELECT 1', 'INSERT INTO orders VALUES (7)', 'ROLLBACK'), [
          null,
          1,
          1,
          null,
        ]);
        assert.deepEqual(await query('SELECT * FROM orders WHERE id = 7'), [0]);
      },
      { approve: () => true },
    ));

  test('the server that the policy names is not held, another database of it is', async () => {
    const { pathname } = new URL(db.url);
    const words = `disposable: false, server: { system-identifier: "${system}", database: ${pathname.slice(1)} }`;
    await scene(words, async ({ query }) =>
      assert.deepEqual(await query('INSERT INTO orders VALUES (1)'), [1]),
    );
    await scene(words, async ({ query }) => assert.deepEqual(await query('CREATE TABLE x ()'), ['JA001']), {
      database: 'other',
    });
  });

  test('an ordinary role may ask the server who it is', () => {
    const url = new URL(db.url);
    url.username = 'app';
    url.password = 'app-password';
    return scene(
      'disposable: auto',
      async ({ query, recorder }) => {
        assert.deepEqual(await query('INSERT INTO orders VALUES (1)', 'SELECT 1'), ['JA001', 1]);
        assert.equal(recorder.results().flagged[0]?.unbindable, null);
      },
      { url: url.href },
    );
  });

  test('a server that may not say who it is stays held, and nobody can approve it', async () => {
    await direct('REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC');
    const url = new URL(db.url);
    url.username = 'app';
    url.password = 'app-password';
    try {
      await scene(
        'disposable: auto',
        async ({ query, recorder }) => {
          assert.deepEqual(
            await query(
              'BEGIN',
              'INSERT INTO orders VALUES (1)',
              'ROLLBACK',
              'INSERT INTO orders VALUES (1)',
            ),
            [null, 'JA001', null, 'JA001'],
          );
          assert.match(recorder.results().flagged[0]?.unbindable ?? '', /permission denied/);
        },
        { url: url.href, approve: () => true },
      );
    } finally {
      await direct('GRANT EXECUTE ON FUNCTION pg_control_system() TO PUBLIC');
    }
  });
});

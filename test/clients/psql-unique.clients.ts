import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { openUnique } from '../checks/unique/support.ts';

/** Two real psql sessions through the gate, a statement each at the same moment. */
const fixture = await openUnique(`
  - id: no-duplicate-users
    on: { sql: { operation: insert, table: users } }
    check: [{ unique: { key: [email] } }]`);
const owner = await fixture.direct();
await owner.query('CREATE TABLE users (id serial, email text)');

interface Psql {
  /** Runs a statement; answers its SQLSTATE, 00000 where it passed. */
  run(sql: string): Promise<string>;
}

const children: ChildProcessWithoutNullStreams[] = [];
after(() => {
  for (const child of children) child.stdin.end('\\q\n');
});

function psql(): Psql {
  const child = spawn('psql', ['-X', '-q', '-A', '-t', fixture.url]);
  children.push(child);
  child.stderr.resume();
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async run(sql) {
      child.stdin.write(`${sql};\n\\echo :SQLSTATE\n`);
      const { value } = await lines.next();
      return value ?? 'psql ended';
    },
  };
}

const insert = (round: number) => `INSERT INTO users (email) VALUES ('user${round}@x')`;

test('of two psql sessions that insert one e-mail at the same moment exactly one passes, 1,000 rounds', async () => {
  const [a, b] = [psql(), psql()];
  for (let round = 0; round < 1000; round++) {
    const outcomes = await Promise.all([a.run(insert(round)), b.run(insert(round))]);
    assert.deepEqual(outcomes.toSorted(), ['00000', 'JA002'], `round ${round}`);
  }
  const { rows } = await owner.query('SELECT count(*)::int AS n, count(DISTINCT email)::int AS d FROM users');
  assert.deepEqual(rows[0], { n: 1000, d: 1000 });
});

test('when the first rolls back the second passes, and when it commits the second fails', async () => {
  const [a, b] = [psql(), psql()];
  for (let round = 2000; round < 2100; round++) {
    const end = round % 2 === 0 ? 'ROLLBACK' : 'COMMIT';
    assert.equal(await a.run('BEGIN'), '00000');
    assert.equal(await a.run(insert(round)), '00000');
    const [second] = await Promise.all([b.run(insert(round)), a.run(end)]);
    assert.equal(second, end === 'ROLLBACK' ? '00000' : 'JA002', `round ${round}`);
  }
});

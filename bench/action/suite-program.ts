import pg from 'pg';

/**
 * The suite of suite.ts, an ordinary program that knows no gate: 250 tests, each with a transaction of its own,
 * together 2,000 SQL statements (a quarter of them texts that were never sent before) and 500 HTTP requests.
 */
const tests = 250;

const client = new pg.Client(process.env.DATABASE_URL);
await client.connect();
await client.query('TRUNCATE orders');
for (let test = 0; test < tests; test++) {
  await client.query('BEGIN');
  await client.query('INSERT INTO orders (id, customer, total) VALUES ($1, $2, $3)', [test, 'ada', 100]);
  await client.query('SELECT id, customer, total FROM orders WHERE id = $1', [test]);
  await client.query('UPDATE orders SET total = total + $1 WHERE id = $2', [5, test]);
  await client.query(`SELECT total FROM orders WHERE customer = 'ada' AND id = ${test} ORDER BY id LIMIT 10`);
  await client.query(
    `INSERT INTO orders (id, customer, total) VALUES (${10_000 + test}, 'grace ${test}', ${test})`,
  );
  await post('/orders', { id: test, customer: 'ada', lines: [{ sku: 'a-1', count: 2 }] });
  await get(`/orders/${test}`);
  await client.query('DELETE FROM orders WHERE id = $1', [10_000 + test]);
  await client.query('COMMIT');
}
await client.end();

async function post(path: string, body: object): Promise<void> {
  const answer = await fetch(`${process.env.API_URL}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(answer.status, 201);
  await answer.json();
}

async function get(path: string): Promise<void> {
  const answer = await fetch(`${process.env.API_URL}${path}`);
  expect(answer.status, 200);
  await answer.json();
}

function expect(met: number, expected: number): void {
  if (met !== expected) throw new Error(`expected ${expected}, met ${met}`);
}

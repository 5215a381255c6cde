// Creates what is missing; safe to run again, as every attempt does.
import pg from 'pg';

const client = new pg.Client(process.env.DATABASE_URL);
await client.connect();
try {
  await client.query('BEGIN');
  await client.query(`CREATE TABLE IF NOT EXISTS customers (email text PRIMARY KEY, name text NOT NULL)`);
  await client.query(
    `CREATE TABLE IF NOT EXISTS orders (
       id uuid PRIMARY KEY, customer text NOT NULL REFERENCES customers, amount integer NOT NULL, payment text NOT NULL)`,
  );
  await client.query(
    `CREATE TABLE IF NOT EXISTS carts (customer text PRIMARY KEY REFERENCES customers, touched_at date NOT NULL)`,
  );
  await client.query(
    `INSERT INTO customers VALUES ('ada@shop.example', 'Ada'), ('grace@shop.example', 'Grace') ON CONFLICT DO NOTHING`,
  );
  await client.query(
    `INSERT INTO carts VALUES ('ada@shop.example', '2025-03-01'), ('grace@shop.example', '2026-11-01')
     ON CONFLICT DO NOTHING`,
  );
  await client.query('COMMIT');
} finally {
  await client.end();
}

import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { charge } from './payments.js';

/** The shop: `POST /orders` { customer, amount } and `GET /orders/:id`. `pool` is a pg pool. */
export function createShop(pool) {
  return createServer(async (request, response) => {
    try {
      const [status, body] = await route(pool, request);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    } catch (error) {
      response
        .writeHead(502, { 'content-type': 'application/json' })
        .end(JSON.stringify({ error: error.message }));
    }
  });
}

async function route(pool, request) {
  if (request.method === 'POST' && request.url === '/orders') return placeOrder(pool, await json(request));
  const id = /^\/orders\/([0-9a-f-]{36})$/.exec(request.url)?.[1];
  if (request.method !== 'GET' || id === undefined) return [404, { error: 'not found' }];
  const { rows } = await pool.query('SELECT id, customer, amount, payment FROM orders WHERE id = $1', [id]);
  return rows.length === 1 ? [200, rows[0]] : [404, { error: 'not found' }];
}

async function placeOrder(pool, { customer, amount }) {
  const id = randomUUID();
  const payment = await charge({ amount, currency: 'eur', order: id });
  await pool.query('INSERT INTO orders (id, customer, amount, payment) VALUES ($1, $2, $3, $4)', [
    id,
    customer,
    amount,
    payment,
  ]);
  return [201, { id, payment }];
}

import { once } from 'node:events';
import pg from 'pg';
import { createShop } from '../src/server.js';

/** The shop on a free port with a real database behind it; `close` ends both. */
export async function startShop() {
  const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
  const server = createShop(pool).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    pool,
    url: `http://127.0.0.1:${server.address().port}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await pool.end();
    },
  };
}

export async function placeOrder(shop, order) {
  const response = await fetch(`${shop.url}/orders`, { method: 'POST', body: JSON.stringify(order) });
  return { status: response.status, body: await response.json() };
}

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { deleteAbandonedCarts } from '../src/carts.js';
import { startShop } from './shop.js';

let shop;
before(async () => {
  shop = await startShop();
});
after(() => shop.close());

test('abandoned carts are deleted, live ones stay', async () => {
  await deleteAbandonedCarts(shop.pool, '2026-01-01');
  const { rows } = await shop.pool.query('SELECT customer FROM carts ORDER BY customer');
  assert.deepEqual(rows, [{ customer: 'grace@shop.example' }]);
});

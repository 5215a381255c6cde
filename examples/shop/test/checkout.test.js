import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { placeOrder, startShop } from './shop.js';

let shop;
before(async () => {
  shop = await startShop();
});
after(() => shop.close());

test('an order above 100.00 is charged', async () => {
  const placed = await placeOrder(shop, { customer: 'grace@shop.example', amount: 25_000 });
  assert.equal(placed.status, 201, placed.body.error);
});

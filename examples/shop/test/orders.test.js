import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { placeOrder, startShop } from './shop.js';

let shop;
before(async () => {
  shop = await startShop();
});
after(() => shop.close());

test('an order is paid, stored and found again', async () => {
  const placed = await placeOrder(shop, { customer: 'ada@shop.example', amount: 2000 });
  assert.equal(placed.status, 201, placed.body.error);
  const found = await (await fetch(`${shop.url}/orders/${placed.body.id}`)).json();
  assert.equal(found.amount, 2000);
  assert.equal(found.payment, placed.body.payment);
});

test('an order of an unknown customer is refused by the database', async () => {
  const placed = await placeOrder(shop, { customer: 'nobody@shop.example', amount: 1000 });
  assert.equal(placed.status, 502);
  assert.match(placed.body.error, /foreign key/);
});

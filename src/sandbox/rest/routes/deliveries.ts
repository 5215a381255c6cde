import { notFound, Refusal } from '../../domain/refusal.ts';
import type { Delivery } from '../../model.ts';
import { deliveryFull, deliveryItem } from '../../shapes/app.ts';
import { redeliver } from '../../webhooks/deliver.ts';
import type { Call } from '../call.ts';
import { type Handler, ok, type Reply } from '../reply.ts';

const threeDays = 3 * 24 * 60 * 60 * 1000;

function own(call: Call): Delivery {
  const app = call.jwtApp;
  const found = call.world.deliveries.find((each) => each.id === call.id('delivery_id') && each.app === app);
  if (!found) throw notFound();
  return found;
}

/** Newest first, by cursor instead of page numbers. */
function list(call: Call): Reply {
  const app = call.jwtApp;
  const cursor = Number(call.asked('cursor') ?? Number.POSITIVE_INFINITY);
  const status = call.asked('status');
  const size = Math.min(100, Number(call.asked('per_page') ?? 30));
  const found = call.world.deliveries
    .filter((each) => each.app === app && each.duration !== null && each.id < cursor)
    .filter((each) => status === null || (status === 'success') === succeeded(each))
    .reverse();
  const last = found[size - 1];
  const more = found.length > size && last ? { cursor: String(last.id), per_page: String(size) } : null;
  return {
    status: 200,
    json: found.slice(0, size).map(deliveryItem),
    link: { pages: { prev: null, next: more, first: null, last: null } },
  };
}

function succeeded(delivery: Delivery): boolean {
  return delivery.statusCode >= 200 && delivery.statusCode < 300;
}

export const deliveryHandlers: Readonly<Record<string, Handler>> = {
  'apps/list-webhook-deliveries': list,
  'apps/get-webhook-delivery': (call) => ok(deliveryFull(own(call))),
  'apps/redeliver-webhook-delivery': (call) => {
    const delivery = own(call);
    if (call.world.now().getTime() - delivery.deliveredAt.getTime() > threeDays) {
      throw new Refusal(422, 'Deliveries older than 3 days cannot be redelivered.');
    }
    redeliver(call.world, delivery);
    return { status: 202, json: {} };
  },
};

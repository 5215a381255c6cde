import { JitError } from '../../errors.ts';
import type { Webhooks } from '../sandbox.ts';
import { redeliver } from '../webhooks/deliver.ts';
import type { World } from '../world.ts';

export function webhooks(world: World): Webhooks {
  return {
    cut() {
      world.webhooksUp = false;
    },
    restore() {
      world.webhooksUp = true;
    },
    deliveries: world.deliveries,
    redeliver(deliveryId) {
      const delivery = world.deliveries.find((each) => each.id === deliveryId);
      if (!delivery) throw new JitError('sandbox-setup', `there is no delivery ${deliveryId}`);
      redeliver(world, delivery);
    },
  };
}

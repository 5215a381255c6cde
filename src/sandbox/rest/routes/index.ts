import type { Handler } from '../reply.ts';
import { actionsHandlers } from './actions.ts';
import { appHandlers } from './apps.ts';
import { artifactHandlers } from './artifacts.ts';
import { checkHandlers } from './checks.ts';
import { commentHandlers } from './comments.ts';
import { contentHandlers } from './contents.ts';
import { deliveryHandlers } from './deliveries.ts';
import { peopleHandlers } from './people.ts';
import { pullHandlers } from './pulls.ts';
import { repositoryHandlers } from './repositories.ts';

/** What answers each operation of the description's extract, by operation id. */
export const handlers: Readonly<Record<string, Handler>> = {
  ...actionsHandlers,
  ...appHandlers,
  ...artifactHandlers,
  ...checkHandlers,
  ...commentHandlers,
  ...contentHandlers,
  ...deliveryHandlers,
  ...peopleHandlers,
  ...pullHandlers,
  ...repositoryHandlers,
};

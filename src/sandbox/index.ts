import { actionsAppId, addApp } from './domain/apps.ts';
import { addAccount } from './domain/people.ts';
import { acting } from './hands/acting.ts';
import { reading } from './hands/reading.ts';
import { setup } from './hands/setup.ts';
import { webhooks } from './hands/webhooks.ts';
import type { Sandbox, SandboxOptions } from './sandbox.ts';
import { listen } from './server.ts';
import { World } from './world.ts';

export type { Sandbox, SandboxOptions } from './sandbox.ts';

/** Starts a GitHub on 127.0.0.1. The caller closes it. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const world = new World(options.runner ?? null);
  world.rateLimit = options.rateLimit ?? world.rateLimit;
  const server = await listen(world, options.port ?? 0).catch((thrown: unknown) => {
    world.dispose();
    throw thrown;
  });
  world.url = `http://127.0.0.1:${server.port}`;
  addApp(world, {
    slug: 'github-actions',
    name: 'GitHub Actions',
    owner: addAccount(world, 'github', 'Organization'),
    id: actionsAppId,
    permissions: {},
    events: [],
    webhook: null,
  });
  let closed = false;
  const close = async (): Promise<void> => {
    if (closed) return;
    closed = true;
    world.webhooksUp = false;
    for (const run of world.runs.values()) run.attempts.at(-1)?.abort.abort();
    await world.pending.idle();
    await server.close();
    world.dispose();
  };
  return {
    url: world.url,
    apiUrl: world.apiUrl,
    host: `127.0.0.1:${server.port}`,
    create: setup(world),
    act: acting(world),
    webhooks: webhooks(world),
    read: reading(world),
    violations: world.violations,
    get busy() {
      return world.pending.busy;
    },
    idle: () => world.pending.idle(),
    advance: (milliseconds) => world.advance(milliseconds),
    close,
    world,
    [Symbol.asyncDispose]: close,
  };
}

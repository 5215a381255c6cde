import type { ServerResponse } from 'node:http';
import type { World } from '../world.ts';

/** Changes come in bursts; an open page is told at most this often, in milliseconds. */
const quiet = 150;

/** Server-sent events: one line whenever something changed. */
export function live(world: World, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write('retry: 1000\n\n');
  let timer: NodeJS.Timeout | null = null;
  const stop = world.watch(() => {
    timer ??= setTimeout(() => {
      timer = null;
      response.write('data: changed\n\n');
    }, quiet).unref();
  });
  response.on('close', () => {
    stop();
    if (timer) clearTimeout(timer);
  });
}

import type { Socket } from 'node:net';

/** Joins two connections until both are done. The end of one direction is passed on; an error ends both. */
export function splice(client: Socket, target: Socket): void {
  const end = (): void => {
    client.destroy();
    target.destroy();
  };
  client.once('error', end);
  target.once('error', end);
  client.once('close', end);
  target.once('close', () => {
    // What is still on its way to the client may arrive
    if (!client.writableEnded) client.end();
  });
  client.pipe(target);
  target.pipe(client);
}

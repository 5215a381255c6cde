import type { Server } from 'node:net';
import { JitError, messageOf } from '../errors.ts';

export const loopback = '127.0.0.1';

/** Listens on a free port of the loopback, and answers that port. */
export async function listenOnFreePort(server: Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(new JitError('gate-listen', `The gate cannot listen on ${loopback}: ${messageOf(error)}.`));
    });
    server.listen(0, loopback, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new JitError('gate-listen', 'The gate listens on no port; it was closed while it started.');
  }
  return address.port;
}

import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { JitError, messageOf } from '../../errors.ts';
import type { Gate } from '../gate.ts';

export const loopback = '127.0.0.1';

/**
 * Listens on a free loopback port. Connections are tracked from the start, as a socket that became a tunnel or
 * a WebSocket is no longer one of the server's own.
 */
export async function listenOnLoopback(server: Server, onClose: () => Promise<void>): Promise<Gate> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(new JitError('gate-listen', `The gate cannot listen on ${loopback}: ${messageOf(error)}.`));
    });
    server.listen(0, loopback, resolve);
  });
  let closing: Promise<void> | null = null;
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
    await onClose();
  };
  return {
    host: loopback,
    port: portOf(server),
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new JitError('gate-listen', 'The gate listens on no port; it was closed while it started.');
  }
  return address.port;
}

import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { listenOnFreePort, loopback } from '../free-port.ts';
import type { Gate } from '../gate.ts';

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
  const port = await listenOnFreePort(server);
  let closing: Promise<void> | null = null;
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
    await onClose();
  };
  return {
    host: loopback,
    port,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

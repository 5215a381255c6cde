import type { Socket } from 'node:net';
import { type ErrorText, errorResponse } from '../../protocol/postgres/fields.ts';

/** Tells a client why, and lets it go. */
export function turnAway(socket: Socket, error: ErrorText): void {
  if (socket.writable) socket.write(errorResponse(error));
  socket.destroySoon();
}

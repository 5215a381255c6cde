import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { type ErrorText, errorResponse } from '../../protocol/postgres/fields.ts';
import { FrameReader } from '../../protocol/postgres/frames.ts';
import { type ScramSecret, scramChallenge, scramMechanism } from '../../protocol/postgres/scram.ts';
import {
  authenticationSasl,
  authenticationSaslContinue,
  authenticationSaslFinal,
  decodeSaslInitial,
  negotiateProtocolVersion,
} from '../../protocol/postgres/server-messages.ts';
import { decodeStartup, type StartupPacket } from '../../protocol/postgres/startup.ts';
import { ProtocolViolation } from '../../protocol/postgres/violation.ts';

/** A client that knows the password, before its session begins. */
export interface Greeted {
  readonly kind: 'session';
  /** As the client sent them, `_pq_.` options left out. */
  readonly parameters: ReadonlyMap<string, string>;
  /** Holds what the client sent since. */
  readonly frames: FrameReader;
}

export type Greeting = Greeted | Extract<StartupPacket, { kind: 'cancel' }>;

/** The client is sent away with this error. */
class Rejected extends Error {
  readonly error: ErrorText;

  constructor(code: string, message: string) {
    super(message);
    this.error = { severity: 'FATAL', code, message };
  }
}

/** The client was told that there is no encryption here, and would not go on without. */
export class EncryptionWanted extends Error {}

/** Messages that carry no data, with PostgreSQL's own limit for these. */
const smallMessages = ['C', 'D', 'E', 'H', 'S', 'X', 'c', 'p'];

/**
 * What a client says before it is let in. Rejects with `Rejected`, `EncryptionWanted`, with a violation, or when it goes
 * away.
 */
export async function greet(
  socket: Socket,
  expected: { readonly user: string; readonly secret: ScramSecret },
  limits: { readonly message: number; readonly small: number },
): Promise<Greeting> {
  const small = Object.fromEntries(smallMessages.map((type) => [type, limits.small]));
  const frames = new FrameReader(limits.message, small);
  const arrivals = arrivalsOf(socket, frames);
  try {
    const first = await firstPacket(socket, frames, arrivals.next);
    if (first.kind === 'cancel') return first;
    const parameters = acceptable(first.parameters);
    const options = [...first.parameters.keys()].filter((name) => name.startsWith('_pq_.'));
    if (first.minor > 0 || options.length > 0) socket.write(negotiateProtocolVersion(options));
    await authenticate(socket, frames, arrivals.next, expected, parameters.get('user') ?? '');
    return { kind: 'session', parameters, frames };
  } finally {
    arrivals.stop();
  }
}

/** Waits for more bytes; the socket is left paused, so that nothing is lost when the session takes over. */
function arrivalsOf(socket: Socket, frames: FrameReader): { next(): Promise<void>; stop(): void } {
  let wake: () => void = () => {};
  let gone: (error: Error) => void = () => {};
  const data = (chunk: Buffer): void => {
    frames.push(chunk);
    wake();
  };
  const close = (): void => gone(new Error('the client went away'));
  socket.on('data', data).on('close', close);
  return {
    next() {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      wake = resolve;
      gone = reject;
      if (socket.destroyed) close();
      return promise;
    },
    stop() {
      socket.pause();
      socket.off('data', data).off('close', close);
    },
  };
}

async function firstPacket(
  socket: Socket,
  frames: FrameReader,
  more: () => Promise<void>,
): Promise<Exclude<StartupPacket, { kind: 'ssl' | 'gss' }>> {
  // a client may ask for each encryption once
  for (let asked = 0; asked <= 2; asked++) {
    const startup = decodeStartup(await nextPacket(socket, frames, more, asked > 0));
    if (startup.kind === 'startup' || startup.kind === 'cancel') return startup;
    // on the loopback there is nothing to encrypt for
    socket.write('N');
  }
  throw new ProtocolViolation('encryption was refused, but is asked for again');
}

/** Some begin to encrypt whatever they are answered, which is no packet. */
async function nextPacket(
  socket: Socket,
  frames: FrameReader,
  more: () => Promise<void>,
  refused: boolean,
): Promise<Buffer> {
  try {
    let packet = frames.nextPacket();
    while (packet === null) {
      await more();
      packet = frames.nextPacket();
    }
    return packet;
  } catch (error) {
    throw refused && (frames.peek(2)?.equals(clientHello) || leftByItself(socket, frames))
      ? new EncryptionWanted()
      : error;
  }
}

/** How TLS begins. */
const clientHello = Buffer.from([0x16, 0x03]);

/** The client went without another word; the gate did not hang up on it. */
function leftByItself(socket: Socket, frames: FrameReader): boolean {
  return frames.size === 0 && (socket.readableEnded || socket.errored !== null);
}

function acceptable(parameters: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const replication = parameters.get('replication')?.toLowerCase();
  if (replication !== undefined && !['false', 'off', 'no', '0'].includes(replication)) {
    throw new Rejected('JA002', 'replication connections are denied: their commands cannot be judged');
  }
  return new Map([...parameters].filter(([name]) => !name.startsWith('_pq_.') && name !== 'replication'));
}

async function authenticate(
  socket: Socket,
  frames: FrameReader,
  more: () => Promise<void>,
  expected: { readonly user: string; readonly secret: ScramSecret },
  user: string,
): Promise<void> {
  const password = async (): Promise<Buffer> => {
    let frame = frames.next();
    while (frame === null) {
      await more();
      frame = frames.next();
    }
    if (frame.type !== 'p') throw new ProtocolViolation('a password is expected');
    return frame.body;
  };
  socket.write(authenticationSasl([scramMechanism]));
  const initial = decodeSaslInitial(await password());
  if (initial.mechanism !== scramMechanism) {
    throw new ProtocolViolation(`only ${scramMechanism} is offered`);
  }
  const challenge = scramChallenge(expected.secret, initial.data, randomBytes(18).toString('base64'));
  socket.write(authenticationSaslContinue(challenge.text));
  const signature = challenge.finish((await password()).toString('utf8'));
  if (signature === null || user !== expected.user) {
    throw new Rejected(
      '28P01',
      `password authentication with the gate failed for user ${JSON.stringify(user)}`,
    );
  }
  socket.write(authenticationSaslFinal(signature));
}

export function rejection(error: unknown): Buffer | null {
  if (error instanceof Rejected) return errorResponse(error.error);
  if (error instanceof ProtocolViolation) {
    return errorResponse({ severity: 'FATAL', code: '08P01', message: error.message });
  }
  return null;
}

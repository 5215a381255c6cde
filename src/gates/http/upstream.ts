import type { Socket } from 'node:net';
import type { Dispatcher } from 'undici';
import { messageOf } from '../../errors.ts';
import type { Authority } from '../../protocol/http/authority.ts';
import { onceLoaded } from '../once-loaded.ts';

/** The gate's way to the targets. */
export interface Upstream {
  dispatcher(): Promise<Dispatcher>;
  /** A bare connection; `https` speaks TLS on it. */
  connect(scheme: 'http' | 'https', to: Authority): Promise<Socket>;
  close(): Promise<void>;
}

export interface UpstreamOptions {
  /** Ports of this run's own gates: nothing that comes through a gate may reach one of them. */
  readonly ownPorts: () => readonly number[];
  /** PEM of what to trust beside Node's own roots, asked at the first `https` connection; nothing without it. */
  readonly trusted?: (() => readonly string[]) | undefined;
}

/** Node's default of 16 KiB refuses some real cookies; targets decide themselves what is too much. */
export const maxHeaderSize = 65_536;

/** undici takes 30 ms to load, which a suite's first command need not wait for: at the first request, or by `warm`. */
export function openUpstream(options: UpstreamOptions): Upstream & { warm(): void } {
  const connections = onceLoaded(async () => {
    const { openConnections } = await import('./connections.ts');
    return openConnections(options);
  });
  return {
    dispatcher: async () => (await connections.get()).dispatcher,
    connect: async (scheme, to) => (await connections.get()).connect(scheme, to),
    close: async () => (await connections.loaded())?.close(),
    warm: () => void connections.get().catch(() => undefined),
  };
}

/** What to say of a failed connection: the system's code where there is one, as messages are often empty. */
export function connectionFault(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    return error.message === '' ? error.code : `${error.message} (${error.code})`;
  }
  return messageOf(error);
}

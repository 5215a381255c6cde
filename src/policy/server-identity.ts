import type { SqlAction } from './action.ts';

/** Who a PostgreSQL server says that it is, in the session that is about to write. */
export interface ServerIdentity {
  /** Its own end of the connection; null over a Unix socket. */
  readonly address: string | null;
  readonly port: number | null;
  readonly database: string;
  /** Of pg_control_system(): made by initdb, the same on every replica of one cluster. */
  readonly systemIdentifier: string;
}

/** What the machine of this run can prove about a server. */
export interface Surroundings {
  /** GITHUB_RUN_ID; a database that carries it was made by this run. Null outside of a workflow. */
  readonly runId: string | null;
  /**
   * Networks of containers on a machine that is itself thrown away, as [address, prefix length]. Empty on
   * every other machine: a container there may be anyone's.
   */
  readonly containerNetworks: readonly (readonly [string, number])[];
}

export const nowhere: Surroundings = { runId: null, containerNetworks: [] };

const reading: ReadonlySet<string> = new Set(['select', 'set', 'transaction', 'listen', 'lock']);

/** Whether a statement may change the target. What is not understood may. */
export function mayWrite({ analysis }: SqlAction): boolean {
  if (analysis.unknown.length > 0) return true;
  const onlyCopiesOut =
    analysis.effects.some(({ effect }) => effect === 'copy-out') &&
    !analysis.effects.some(({ effect }) => effect === 'copy-in');
  return analysis.operations.some(
    ({ operation }) => !reading.has(operation) && !(operation === 'copy' && onlyCopiesOut),
  );
}

const loopback = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/i;

export function isLoopback(host: string | null): boolean {
  return host !== null && loopback.test(host);
}

/** Whether a name carries the run's own number as a word of its own: `shop_17812345678`. */
export function carriesRun(name: string, { runId }: Surroundings): boolean {
  return runId !== null && /^\d{6,}$/.test(runId) && name.split(/[^0-9]+/).includes(runId);
}

/** Whether an IPv4 address lies in one of the networks; the machine's own address in it is none of a container. */
export function inContainer(address: string | null, { containerNetworks }: Surroundings): boolean {
  const asked = address === null ? null : ipv4(address);
  if (asked === null) return false;
  return containerNetworks.some(([own, length]) => {
    const network = ipv4(own);
    // shorter prefixes are no network of one machine
    if (network === null || length < 12 || length > 30 || asked === network) return false;
    const mask = (0xffffffff << (32 - length)) >>> 0;
    return (asked & mask) >>> 0 === (network & mask) >>> 0;
  });
}

function ipv4(text: string): number | null {
  const parts = text.split('.').map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : 256));
  if (parts.length !== 4 || parts.some((part) => part > 255)) return null;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

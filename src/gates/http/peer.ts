import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { endianness } from 'node:os';

/**
 * The user at the other end of a loopback connection, by Linux's own table of sockets: some clients (Java's)
 * send no credentials to a proxy. Null where the system has no such table or the connection is not in it.
 */
export async function peerUid(socket: Socket): Promise<number | null> {
  const { remoteAddress, remotePort, localAddress, localPort } = socket;
  if (remoteAddress === undefined || localAddress === undefined) return null;
  const from = kernelAddresses(remoteAddress, remotePort ?? 0);
  const to = kernelAddresses(localAddress, localPort ?? 0);
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const rows = await readFile(table, 'latin1').catch(() => '');
    const uid = findUid(rows, from, to);
    if (uid !== null) return uid;
  }
  return null;
}

/** Columns of proc_pid_net(5): slot, local address, remote address, state, queues, timer, retransmits, uid. */
export function findUid(table: string, from: readonly string[], to: readonly string[]): number | null {
  for (const line of table.split('\n').slice(1)) {
    const columns = line.trim().split(/\s+/);
    const [, local, remote] = columns;
    if (local !== undefined && remote !== undefined && from.includes(local) && to.includes(remote)) {
      const uid = Number(columns[7]);
      return Number.isInteger(uid) ? uid : null;
    }
  }
  return null;
}

/** An IPv4 address as the kernel prints it, bare and mapped into IPv6 (a dual-stack client's socket). */
export function kernelAddresses(address: string, port: number): string[] {
  const octets = address
    .replace(/^::ffff:/i, '')
    .split('.')
    .map(Number);
  if (octets.length !== 4) return [];
  const word = wordHex(octets);
  const suffix = port.toString(16).toUpperCase().padStart(4, '0');
  return [`${word}:${suffix}`, `${'0'.repeat(16)}${wordHex([0, 0, 255, 255])}${word}:${suffix}`];
}

/** The kernel prints each 32-bit word in the machine's own byte order. */
function wordHex(octets: readonly number[]): string {
  const ordered = endianness() === 'LE' ? octets.toReversed() : octets;
  return ordered.map((octet) => octet.toString(16).toUpperCase().padStart(2, '0')).join('');
}

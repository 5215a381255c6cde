import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, connect as dial, type Socket } from 'node:net';
import { after, test } from 'node:test';
import pg from 'pg';
import { startPostgresGate } from '../../../src/gates/postgres/gate.ts';
import type { Settlement } from '../../../src/policy/judge.ts';
import { createAnalyser } from '../../../src/policy/sql/analyse.ts';
import { startPostgres } from '../../../src/sandbox/postgres.ts';
import { postgresTarget, settingsFromUrl } from '../../../src/targets/postgres.ts';
import { loadSqlParser } from '../../../src/targets/sql-parser.ts';
import { errorOf, heldId } from './fixture.ts';

const db = await startPostgres();
const sockets = new Set<Socket>();
let holding = false;

/** Between gate and server: once `holding`, nothing of what the server sends after an error message goes on. */
const relay = createServer((gate) => {
  const target = dial(db.port, db.host);
  for (const socket of [gate, target]) {
    sockets.add(socket);
    socket.on('error', () => {});
  }
  gate.pipe(target);
  let held = false;
  target.on('data', (chunk: Buffer) => {
    if (held) return;
    held = holding && chunk[0] === 'E'.charCodeAt(0);
    // a type, then a length that counts itself
    gate.write(held ? chunk.subarray(0, 1 + chunk.readUInt32BE(1)) : chunk);
  });
});
relay.listen(0, '127.0.0.1');
await once(relay, 'listening');
after(async () => {
  for (const socket of sockets) socket.destroy();
  relay.close();
  await db.stop();
});

test('a refusal is counted before the client hears of it: having heard, its step may end at once', async () => {
  const address = relay.address();
  assert.ok(typeof address === 'object' && address !== null);
  const settings = { ...settingsFromUrl(db.url), port: address.port };
  const settled: Settlement[] = [];
  const words = { actionId: heldId, message: 'held', detail: 'held', hint: 'held' };
  const analyse = createAnalyser(await loadSqlParser());
  const gate = await startPostgresGate({
    target: postgresTarget('shop-db', settings, { declared: true, disposable: false }),
    upstream: settings,
    judge: {
      reads: () => 'head',
      judge: async () => ({ outcome: 'held', ...words, settle: (how) => void settled.push(how) }),
    },
    analyser: async () => analyse,
  });
  after(() => gate.close());
  const client = new pg.Client({
    connectionString: `postgresql://${gate.user}:${gate.password}@${gate.host}:${gate.port}/${gate.database}`,
  });
  client.on('error', () => {});
  await client.connect();
  holding = true;
  assert.equal((await errorOf(client.query('select 1'))).code, 'JA001');
  assert.deepEqual(settled, ['refused']);
  for (const socket of sockets) socket.destroy();
});

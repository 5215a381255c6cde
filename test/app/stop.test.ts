import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { sqliteLedger } from '../../src/ledger/sqlite.ts';
import { testKey } from './help/key.ts';

const main = path.resolve(import.meta.dirname, '../../src/app/main.ts');

test('SIGTERM while GitHub does not answer: exit 0 in the end, and what was under way is still to do', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'stop-'));
  const file = path.join(folder, 'ledger.sqlite');
  const before = sqliteLedger(file);
  await before.markDirty({ repository: 'acme/shop', number: 7 }, 5);
  await before.close();
  const asked = Promise.withResolvers<void>();
  const silent = createServer(() => asked.resolve());
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const address = silent.address();
  assert.ok(address !== null && typeof address === 'object');
  const child = spawn(process.execPath, [main], {
    env: {
      PATH: process.env.PATH,
      APP_ID: '12',
      PRIVATE_KEY: testKey,
      WEBHOOK_SECRET: 'random enough',
      GHE_HOST: `127.0.0.1:${address.port}`,
      GHE_PROTOCOL: 'http',
      HOST: '127.0.0.1',
      PORT: '0',
      LEDGER: file,
      STOP_SECONDS: '1',
      LOG_LEVEL: 'fatal',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit');
  const lines: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    lines.push(line);
    if (line.includes('webhooks go to')) asked.promise.then(() => child.kill('SIGTERM'));
  });
  assert.deepEqual(await ended, [0, null], lines.join('\n'));
  assert.match(lines.join('\n'), /Not finished in time/);
  const after = sqliteLedger(file);
  assert.deepEqual(
    (await after.dirty()).map(({ key }) => key),
    [{ repository: 'acme/shop', number: 7 }],
  );
  await after.close();
  silent.closeAllConnections();
  await new Promise((resolve) => silent.close(resolve));
  rmSync(folder, { recursive: true });
});

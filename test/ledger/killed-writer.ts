import { DatabaseSync } from 'node:sqlite';
import { openLedger } from '../../src/ledger/open.ts';

/**
 * A process to be killed. `half`: leaves a transaction open between two statements. `stream`: records one
 * batch of three facts after the other and says the number of each once it is acknowledged.
 */
const [file = '', mode] = process.argv.slice(2);
const key = { repository: 'acme/shop', number: 12 };
const at = '2026-01-01T00:00:00.000Z';
const batch = (number: number) =>
  ['a', 'b', 'c'].map((part) => ({
    type: 'id' as const,
    at,
    id: `${number}${part}`,
    fingerprint: 'a'.repeat(64),
  }));

const ledger = await openLedger(file);
await ledger.record(key, batch(0), 'guid-0', 5);
if (mode === 'half') {
  const database = new DatabaseSync(file);
  database.exec('BEGIN IMMEDIATE');
  database.exec(`INSERT INTO delivery (guid, repository, number) VALUES ('guid-1', 'acme/shop', 12)`);
  database.exec(`INSERT INTO fact (repository, sequence, number, at, type, once, salt, body, content, hash)
                 VALUES ('acme/shop', 4, 12, '${at}', 'id', NULL, '', '{"half":true}', '', '')`);
  process.stdout.write('half\n');
  setInterval(() => {}, 1000);
} else {
  for (let number = 1; ; number++) {
    await ledger.record(key, batch(number), `guid-${number}`, 5);
    process.stdout.write(`${number}\n`);
  }
}

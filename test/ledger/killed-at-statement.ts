import { DatabaseSync, StatementSync } from 'node:sqlite';
import pg from 'pg';
import { openLedger } from '../../src/ledger/open.ts';

/**
 * Records, takes and releases pull request NUMBER, and kills itself as `kill -9` does before its statement
 * number NUMBER. Says each thing once it is acknowledged; ends with 0 when it had fewer statements than that.
 */
const [place = '', given = ''] = process.argv.slice(2);
const number = Number(given);
const key = { repository: 'acme/shop', number };
const ledger = await openLedger(place);
const say = (what: string) => process.stdout.write(`${what}\n`);

let statements = 0;
for (const [type, methods] of [
  [StatementSync, ['run', 'get', 'all']],
  [DatabaseSync, ['exec']],
  [pg.Client, ['query']],
] as const) {
  for (const method of methods) {
    const real: unknown = Reflect.get(type.prototype, method);
    if (typeof real !== 'function') throw new Error(`${method} is no method`);
    Reflect.set(type.prototype, method, function (this: unknown, ...args: unknown[]) {
      statements++;
      if (statements === number) process.kill(process.pid, 'SIGKILL');
      return Reflect.apply(real, this, args);
    });
  }
}

const id = (text: string) =>
  ({ type: 'id', at: '2026-01-01T00:00:00Z', id: text, fingerprint: 'a'.repeat(64) }) as const;
await ledger.record(key, [id('a'), id('b'), id('c')], `guid-${number}`, 5);
say('recorded');
// a lease that has ended by the time somebody looks
const taken = await ledger.take({ holder: 'the one that dies', ms: 0 });
say('taken');
if (taken !== null) await ledger.release(taken, { kind: 'done', againInMs: null });
say('released');
await ledger.close();

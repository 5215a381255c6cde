import type { Known } from '../../policy/action.ts';
import type { ReadQuery, ReadRows } from '../../policy/judge.ts';
import { ask, type Question } from './inquiry.ts';
import { askInSavepoint } from './lookup.ts';
import type { ServerSide } from './server-side.ts';

/** A look into the database must never wait long: behind a lock, or on a table that it has to read whole. */
const limits = [
  ['lock_timeout', '100ms'],
  ['statement_timeout', '500ms'],
] as const;

const readLimits: readonly Question[] = limits.map(([name, value]) => setting(name, value));

/** As SET LOCAL, which would warn the client where no transaction is open. */
function setting(name: string, value: string): Question {
  return { text: `SELECT pg_catalog.set_config('${name}', '${value}', true)` };
}

/**
 * One read-only query on the client's own session, which is idle or in a transaction with nothing outstanding.
 * Without a transaction the messages up to our Sync are one, so the settings end with it.
 */
export async function readRows(server: ServerSide, query: ReadQuery): Promise<Known<ReadRows>> {
  const encoding = server.parameters.get('client_encoding');
  if (encoding !== 'UTF8' && query.values.some((value) => value !== null && /[^\u0000-\u007f]/.test(value))) {
    return { known: false, why: `a value is not ASCII and the session's client_encoding is ${encoding}` };
  }
  const open = server.pipeline.status === 'T';
  if (open && query.fresh) {
    const isolation = await ask(server, [{ text: 'SHOW transaction_isolation' }]);
    if (!isolation.known) return isolation;
    const level = isolation.value[0]?.[0]?.[0] ?? 'not told';
    if (level !== 'read committed' && level !== 'read uncommitted') {
      return {
        known: false,
        why: `the transaction cannot see what others commit (isolation level ${level})`,
      };
    }
  }
  const question: Question = { text: query.text, oids: query.oids, values: query.values };
  const asked = open
    ? await askInSavepoint(server, [...readLimits, question])
    : await ask(server, [setting('transaction_read_only', 'on'), ...readLimits, question]);
  return asked.known ? { known: true, value: asked.value.at(-1) ?? [] } : asked;
}

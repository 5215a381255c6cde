import type { Known } from '../../policy/action.ts';
import type { ReadQuery, ReadRows } from '../../policy/judge.ts';
import { askAside, lastAnswer, limits, setting } from './aside.ts';
import { ask } from './inquiry.ts';
import type { ServerSide } from './server-side.ts';

/**
 * One read-only query on the client's own session, which is idle or in a transaction with nothing outstanding.
 * Without a transaction the messages up to our Sync are one, so the settings end with it.
 */
export async function readRows(server: ServerSide, query: ReadQuery): Promise<Known<ReadRows>> {
  const encoding = server.parameters.get('client_encoding');
  if (encoding !== 'UTF8' && query.values.some((value) => value !== null && /[^\u0000-\u007f]/.test(value))) {
    return { known: false, why: `a value is not ASCII and the session's client_encoding is ${encoding}` };
  }
  if (server.pipeline.status === 'T' && query.fresh) {
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
  const question = { text: query.text, oids: query.oids, values: query.values };
  const readOnly = setting('transaction_read_only', 'on');
  return lastAnswer(await askAside(server, [...limits, question], [readOnly]));
}

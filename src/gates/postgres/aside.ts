import type { Known } from '../../policy/action.ts';
import { ask, type Question, type Rows } from './inquiry.ts';
import { nonceName } from './refusal.ts';
import type { ServerSide } from './server-side.ts';

/** A look into the database must never wait long: behind a lock, or on a table that it has to read whole. */
export const limits: readonly Question[] = [
  setting('lock_timeout', '100ms'),
  setting('statement_timeout', '500ms'),
];

/** As SET LOCAL, which would warn the client where no transaction is open. */
export function setting(name: string, value: string): Question {
  return { text: `SELECT pg_catalog.set_config('${name}', '${value}', true)` };
}

/**
 * Questions on the client's own session, which is idle or in a transaction, with nothing outstanding. `alone`
 * goes before them where no transaction is open: there, what is set ends with the questions.
 */
export function askAside(
  server: ServerSide,
  questions: readonly Question[],
  alone: readonly Question[] = [],
): Promise<Known<readonly Rows[]>> {
  if (server.pipeline.status !== 'I') return askInSavepoint(server, questions);
  return answersAfter(alone.length, ask(server, [...alone, ...questions]));
}

/**
 * In the session's open transaction, as nobody else sees what that has written. Undone with its savepoint, locks
 * and settings too, so that an error of ours (no right on a schema, a cancel request) does not cost the client
 * its transaction; read-only until then, which a function cannot turn off again inside a subtransaction.
 */
async function askInSavepoint(
  server: ServerSide,
  questions: readonly Question[],
): Promise<Known<readonly Rows[]>> {
  const savepoint = `"${nonceName()}"`;
  const before = [{ text: `SAVEPOINT ${savepoint}` }, { text: 'SET LOCAL transaction_read_only = on' }];
  const asked = await answersAfter(before.length, ask(server, [...before, ...questions]));
  const back = await ask(server, [
    { text: `ROLLBACK TO SAVEPOINT ${savepoint}` },
    { text: `RELEASE SAVEPOINT ${savepoint}` },
  ]);
  return back.known ? asked : back;
}

async function answersAfter(
  count: number,
  asking: Promise<Known<readonly Rows[]>>,
): Promise<Known<readonly Rows[]>> {
  const asked = await asking;
  return asked.known ? { known: true, value: asked.value.slice(count) } : asked;
}

/** What the last question was answered. */
export function lastAnswer(asked: Known<readonly Rows[]>): Known<Rows> {
  if (!asked.known) return asked;
  const rows = asked.value.at(-1);
  return rows === undefined ? { known: false, why: 'an odd answer' } : { known: true, value: rows };
}

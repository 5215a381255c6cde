import type { Known } from '../../policy/action.ts';
import type { PostgresProbe } from '../../targets/postgres-probe.ts';
import { ask, type Question, type Rows } from './inquiry.ts';
import { nonceName } from './refusal.ts';
import type { ServerSide } from './server-side.ts';

/** What all sessions of a gate share for looking into the database. */
export interface Looking {
  readonly probe: PostgresProbe;
  /** Answers about definitions, as of a count of changes of names. */
  readonly catalog: { at: number; readonly answers: Map<string, Rows> };
}

/**
 * A question that may run code of the target, asked in the session's open transaction, as nobody else sees
 * what that has written. Undone with its savepoint, locks and settings too, and read-only until then: a
 * function cannot turn that off again inside a subtransaction.
 */
export async function askInTransaction(server: ServerSide, question: Question): Promise<Known<Rows>> {
  const savepoint = `"${nonceName()}"`;
  const asked = await ask(server, [
    { text: `SAVEPOINT ${savepoint}` },
    { text: 'SET LOCAL transaction_read_only = on' },
    { text: "SET LOCAL lock_timeout = '100ms'" },
    { text: "SET LOCAL statement_timeout = '500ms'" },
    question,
  ]);
  const back = await ask(server, [
    { text: `ROLLBACK TO SAVEPOINT ${savepoint}` },
    { text: `RELEASE SAVEPOINT ${savepoint}` },
  ]);
  if (!back.known) return back;
  return asked.known ? rowsOf(asked.value[4]) : asked;
}

/** A question about the catalog alone: it runs nothing of the target's, so an idle session is asked itself. */
export async function askIdle(server: ServerSide, question: Question): Promise<Known<Rows>> {
  const asked = await ask(server, [question]);
  return asked.known ? rowsOf(asked.value[0]) : asked;
}

/** For an idle session: on a second connection that stands where the session stands. */
export async function askBeside(
  server: ServerSide,
  probe: PostgresProbe,
  session: { readonly database: string; readonly role: string },
  question: Question,
): Promise<Known<Rows>> {
  if (server.parameters.get('standard_conforming_strings') !== 'on') {
    return { known: false, why: 'standard_conforming_strings is off in the session' };
  }
  const standing = await ask(server, [
    { text: 'SHOW search_path' },
    { text: 'SELECT pg_catalog.pg_my_temp_schema()' },
  ]);
  if (!standing.known) return standing;
  const [path, temporary] = standing.value.map((rows) => rows[0]?.[0] ?? null);
  // its tables are seen by the session alone, and shadow others
  if (typeof path !== 'string' || temporary !== '0') {
    return { known: false, why: 'the session has temporary tables, which a second connection does not see' };
  }
  return probe.query({ ...session, searchPath: path }, question.text, question.values ?? []);
}

function rowsOf(rows: Rows | undefined): Known<Rows> {
  return rows === undefined ? { known: false, why: 'an odd answer' } : { known: true, value: rows };
}

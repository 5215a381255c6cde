import type { Known } from '../../policy/action.ts';
import type { PostgresProbe } from '../../targets/postgres-probe.ts';
import { ask, type Question, type Rows } from './inquiry.ts';
import type { ServerSide } from './server-side.ts';

/** What all sessions of a gate share for looking into the database. */
export interface Looking {
  readonly probe: PostgresProbe;
  /** Answers about definitions, as of a count of changes of names. */
  readonly catalog: { at: number; readonly answers: Map<string, Rows> };
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

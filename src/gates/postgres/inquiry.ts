import type { Known } from '../../policy/action.ts';
import { encodeBind } from '../../protocol/postgres/bind.ts';
import { encodeClose, encodeExecute, sync } from '../../protocol/postgres/named.ts';
import { encodeParse } from '../../protocol/postgres/parse.ts';
import { decodeTextRow } from '../../protocol/postgres/server-messages.ts';
import { nonceName } from './refusal.ts';
import type { Ending, Sent, ServerSide } from './server-side.ts';

/** A question of the gate's own to the session. */
export interface Question {
  readonly text: string;
  readonly oids?: readonly number[];
  readonly values?: readonly (string | null)[];
}

export type Rows = readonly (readonly (string | null)[])[];

/**
 * Asks on the client's own session, in one round trip, by extended messages under names that nobody has: a
 * simple Query would drop the client's unnamed statement and portal. The caller has seen to it that a Sync
 * of ours does no harm now. Answers the rows of each question, or the server's words.
 */
export async function ask(
  server: ServerSide,
  questions: readonly Question[],
): Promise<Known<readonly Rows[]>> {
  const answers: (readonly (string | null)[])[][] = questions.map(() => []);
  let problem: string | null = null;
  const ended = (ending: Ending): void => {
    if (ending.as === 'failed') problem ??= ending.fields.get('M')?.toString('utf8') ?? 'the server refused';
    else if (ending.as === 'lost') problem ??= 'the connection to the target is gone';
  };
  for (const [at, question] of questions.entries()) {
    const name = nonceName();
    const rows = answers[at];
    const own = (kind: Sent['kind'], bytes: Buffer, answered?: Sent['answered']): void => {
      server.send(bytes, { kind, hidden: 'all', ended, ...(answered === undefined ? {} : { answered }) });
    };
    own('parse', encodeParse(name, question.text, question.oids));
    own('bind', encodeBind(Buffer.from(name), name, question.values));
    own('execute', encodeExecute(name), (frame) => {
      if (frame.type === 'D') rows?.push(decodeTextRow(frame.body));
    });
    own('close', encodeClose('portal', name));
    own('close', encodeClose('statement', name));
  }
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = (ending: Ending): void => {
    if (ending.as === 'skipped') problem ??= 'the connection to the target is gone';
    ended(ending);
    resolve();
  };
  server.send(sync, { kind: 'sync', hidden: 'all', ended: done });
  server.flush();
  await promise;
  return problem === null ? { known: true, value: answers } : { known: false, why: problem };
}

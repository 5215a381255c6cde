import type { SqlAction, Target } from '../../policy/action.ts';
import type { Judge, Refused, Ruling } from '../../policy/judge.ts';
import type { AnalyseSoon } from '../../policy/sql/analyse.ts';
import { unknownAnalysis } from '../../policy/sql/unknown.ts';
import { analysisOf } from './text.ts';

/**
 * A start-up packet can do what SET does (`session_replication_role`, `role`, `search_path`), so its settings
 * are judged as the SET that they stand for. These change only how values are shown and how long one waits.
 */
const harmless: ReadonlySet<string> = new Set([
  ...['user', 'database', 'application_name', 'client_encoding', 'datestyle', 'timezone', 'intervalstyle'],
  ...['extra_float_digits', 'bytea_output', 'client_min_messages', 'statement_timeout', 'lock_timeout'],
  ...['idle_in_transaction_session_timeout', 'idle_session_timeout', 'transaction_timeout', 'geqo', 'jit'],
]);

/** What the packet sets beyond the harmless, as SQL; what cannot be read of `options` as it stands. */
function settingsAsSql(parameters: ReadonlyMap<string, string>): readonly StartupSetting[] {
  return [...parameters]
    .flatMap(([name, value]): StartupSetting[] => (name === 'options' ? fromOptions(value) : [[name, value]]))
    .filter(([name]) => name === null || !harmless.has(name.toLowerCase()));
}

/** Name and value; the name is null for a switch that is not understood. */
type StartupSetting = readonly [name: string | null, value: string];

/** `options` is split as pg_split_opts does: at spaces, a backslash takes the next character as it is. */
function fromOptions(options: string): StartupSetting[] {
  const words = (options.match(/(?:\\[\s\S]|[^\s\\])+/g) ?? []).map((word) =>
    word.replace(/\\([\s\S])/g, '$1'),
  );
  const settings: StartupSetting[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    const assignment = word === '-c' ? words[++at] : /^(?:-c|--)([\s\S]+)$/.exec(word)?.[1];
    const equals = assignment?.indexOf('=') ?? -1;
    if (assignment === undefined || equals <= 0) settings.push([null, word]);
    // PostgreSQL takes dashes in names for underscores
    else settings.push([assignment.slice(0, equals).replaceAll('-', '_'), assignment.slice(equals + 1)]);
  }
  return settings;
}

/** How the `SET` of our own is to be read: it quotes as the standard does. */
const options = { standardConformingStrings: true };

/** Judges every setting of a start-up packet; the first refusal, or null. `settle` ends those that ran. */
export async function judgeStartup(
  parameters: ReadonlyMap<string, string>,
  session: {
    readonly target: Target;
    readonly role: string;
    readonly judge: Judge;
    readonly analyse: AnalyseSoon;
  },
): Promise<{ readonly refused: Refused | null; settle(ran: boolean): void }> {
  const { target, role, judge, analyse } = session;
  const allowed: Ruling[] = [];
  const settle = (ran: boolean): void => {
    for (const ruling of allowed) ruling.settle(ran ? 'completed' : 'void');
  };
  for (const [name, value] of settingsAsSql(parameters)) {
    const statement =
      name === null
        ? `options ${value}`
        : `SET "${name.replaceAll('"', '""')}" TO '${value.replaceAll("'", "''")}'`;
    const analysis =
      name === null
        ? unknownAnalysis(statement, 'a switch of the server in the start-up packet')
        : await analysisOf(analyse, { text: statement, bytes: null, doubt: null, options });
    const action: SqlAction = { kind: 'sql', target, origin: null, statement, params: [], analysis, role };
    const ruling = await judge.judge(action, null);
    if (ruling.outcome !== 'allow') {
      ruling.settle('refused');
      return { refused: ruling, settle };
    }
    allowed.push(ruling);
  }
  return { refused: null, settle };
}

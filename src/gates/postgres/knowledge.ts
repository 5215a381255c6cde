import type { Known, SqlAnalysis, TableName } from '../../policy/action.ts';
import type { ReadQuery, ReadRows, Session, TransactionScope } from '../../policy/judge.ts';
import type { ServerIdentity } from '../../policy/server-identity.ts';
import type { Resolution } from '../../policy/verdict.ts';
import { askAside, lastAnswer, limits } from './aside.ts';
import { type Disturbance, Followed, undoes } from './following.ts';
import { identifyServer } from './identity.ts';
import type { Question, Rows } from './inquiry.ts';
import { askBeside, type Looking } from './looking.ts';
import { askRole, resolveTables } from './lookup.ts';
import { readRows } from './read.ts';
import { Reading } from './reading.ts';
import type { ServerSide } from './server-side.ts';

/** Counts changes of names in the whole gate: one session's DDL is the other sessions' too. */
export interface NamesClock {
  changes: number;
}

/** What is known of a session beside its queue: its role, what names mean, what was sent since the last Sync. */
export class Knowledge {
  readonly #server: ServerSide;
  readonly #clock: NamesClock;
  readonly session: Session;
  readonly #looking: Looking;
  readonly #database: string;
  readonly #role = new Followed<string>();
  readonly #names = new Followed<Map<string, Resolution>>();
  #namesAt = 0;
  /** Since the last Sync something was bound or executed, that is, an implicit transaction may be open. */
  #ran = false;
  #transactionControl = false;
  readonly #reading = new Reading();
  #moment = 0;
  /** A session never changes its server or its database. */
  #identity: ServerIdentity | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(server: ServerSide, clock: NamesClock, session: Session, looking: Looking, database: string) {
    this.#server = server;
    this.#clock = clock;
    this.session = session;
    this.#looking = looking;
    this.#database = database;
  }

  /** Another number after every message that could change what names, of whatever kind, mean. */
  get moment(): number {
    return this.#moment;
  }

  namesMayChange(): void {
    this.#moment++;
  }

  /** Since the last Sync something was bound or executed. */
  get ran(): boolean {
    return this.#ran;
  }

  /** See Reading; waits for what the server is still to tell. */
  doubtOfReading(): Promise<string | null> {
    return this.#reading.doubt(this.#transactionControl, () => this.#server.drained());
  }

  /** A judged statement is on its way to the server. */
  note(disturbance: Disturbance): void {
    this.#ran = true;
    this.#moment++;
    this.#transactionControl ||= disturbance.transaction;
    this.#reading.note(disturbance);
    if (disturbance.role) this.#role.disturb();
    if (disturbance.names) {
      this.#names.disturb();
      this.#clock.changes++;
    }
    if (disturbance.undoes) {
      this.#role.undone();
      this.#names.undone();
    }
  }

  /** Messages after this one are beyond a Sync. */
  segmentEnds(): void {
    this.#ran = false;
    this.#transactionControl = false;
    this.#reading.segmentEnds();
  }

  /** A Sync that was sent before turned out to be discarded: its segment goes on. */
  segmentGoesOn(): void {
    this.#ran = true;
    this.#transactionControl = true;
  }

  /** ReadyForQuery came. */
  ready(): void {
    const { status, empty } = this.#server.pipeline;
    if (status === 'T') return;
    if (status === 'E') {
      this.#role.undone();
      this.#names.undone();
      return;
    }
    if (empty) this.#reading.transactionEnded();
    this.#role.transactionEnded(empty);
    // what was uncommitted until now is only now seen by others
    if (this.#names.transactionEnded(empty)) this.#clock.changes++;
  }

  role(): Promise<Known<string>> {
    const { value } = this.#role;
    if (value !== null) return Promise.resolve({ known: true, value: value.value });
    return this.#exclusive(() => this.#findRole());
  }

  async #findRole(): Promise<Known<string>> {
    const { value } = this.#role;
    if (value !== null) return { known: true, value: value.value };
    const hindrance = await this.#hindrance();
    const role = await asked("the session's role is not known", hindrance, () => askRole(this.#server));
    if (role.known) this.#role.learn(role.value);
    return role;
  }

  /** A text of several statements ends the transaction in which the role was changed. */
  takesRoleBack(analysis: SqlAnalysis): boolean {
    return this.#role.changedInTransaction && undoes(analysis);
  }

  /** For one judgement; afterwards the session goes on and the scope knows nothing more. */
  scope(analysis: SqlAnalysis): { readonly scope: TransactionScope; close(): void } {
    let open = true;
    const whileOpen = <T>(work: () => Promise<Known<T>>): Promise<Known<T>> =>
      this.#exclusive(() =>
        open ? work() : Promise.resolve({ known: false, why: 'the statement was judged already' }),
      );
    const scope: TransactionScope = {
      session: this.session,
      resolve: (tables) => whileOpen(() => this.#resolve(tables, analysis)),
      read: (query) => whileOpen(() => this.#read(query, analysis)),
      query: (text, values) => whileOpen(() => this.#look({ text, values }, analysis, 'beside')),
      catalog: (text, values) => whileOpen(() => this.#lookUp({ text, values }, analysis)),
      identify: () => whileOpen(() => this.#identify(analysis)),
    };
    return {
      scope,
      close: () => {
        open = false;
      },
    };
  }

  async #read(query: ReadQuery, analysis: SqlAnalysis): Promise<Known<ReadRows>> {
    const hindrance = await this.#hindranceTo(analysis);
    return asked('the database could not be looked into', hindrance, () => readRows(this.#server, query));
  }

  async #resolve(tables: readonly TableName[], analysis: SqlAnalysis): Promise<Known<readonly Resolution[]>> {
    if (this.#changesItsOwnNames(analysis)) {
      return { known: false, why: 'the statement changes what names mean before its other parts run' };
    }
    const cache = this.#cache();
    const missing = tables.filter((table) => !cache.has(keyOf(table)));
    if (missing.length > 0) {
      const hindrance = await this.#hindranceTo(analysis);
      const look = () => resolveTables(this.#server, missing);
      const found = await asked('names could not be looked up', hindrance, look);
      if (!found.known) return found;
      for (const [at, table] of missing.entries()) cache.set(keyOf(table), found.value[at] ?? null);
    }
    return { known: true, value: tables.map((table) => cache.get(keyOf(table)) ?? null) };
  }

  /** `idle` says who is asked while no transaction is open: the session itself, or a connection beside it. */
  async #look(question: Question, analysis: SqlAnalysis, idle: 'itself' | 'beside'): Promise<Known<Rows>> {
    const hindrance = this.#doubtOf(question, analysis) ?? (await this.#hindranceTo(analysis));
    return asked('the database could not be asked', hindrance, () => this.#ask(question, idle));
  }

  #doubtOf(question: Question, analysis: SqlAnalysis): string | null {
    if (this.#changesItsOwnNames(analysis)) return 'the statement changes what names mean';
    const encoding = this.#server.parameters.get('client_encoding');
    return readable(question, encoding) ? null : "the session's client_encoding is not UTF8";
  }

  async #ask(question: Question, idle: 'itself' | 'beside'): Promise<Known<Rows>> {
    if (idle === 'itself' || this.#server.pipeline.status !== 'I') {
      return lastAnswer(await askAside(this.#server, [...limits, question]));
    }
    const role = await this.#findRole();
    if (!role.known) return role;
    const session = { database: this.#database, role: role.value };
    return askBeside(this.#server, this.#looking.probe, session, question);
  }

  /** Definitions are every session's, unless this one has changed them and not committed yet. */
  async #lookUp(question: Question, analysis: SqlAnalysis): Promise<Known<Rows>> {
    // a change that is under way settles first
    await this.#server.drained();
    const { catalog } = this.#looking;
    const at = this.#clock.changes;
    // nor are temporary tables anybody else's
    const own = this.#names.changedInTransaction || question.values?.includes('pg_temp') === true;
    const key = JSON.stringify([this.#database, question.text, question.values]);
    if (catalog.at !== at) {
      catalog.answers.clear();
      catalog.at = at;
    }
    const known = own ? undefined : catalog.answers.get(key);
    if (known !== undefined) return { known: true, value: known };
    const found = await this.#look(question, analysis, 'itself');
    if (found.known && !own && catalog.at === at && this.#clock.changes === at) {
      catalog.answers.set(key, found.value);
    }
    return found;
  }

  /** What a name means when the text arrives is not what it means to a later statement of that text. */
  #changesItsOwnNames(analysis: SqlAnalysis): boolean {
    if (analysis.statements < 2) return false;
    const takesBack = this.#names.changedInTransaction && undoes(analysis);
    return takesBack || changesNames(analysis);
  }

  async #identify(analysis: SqlAnalysis): Promise<Known<ServerIdentity>> {
    if (this.#identity !== null) return { known: true, value: this.#identity };
    const hindrance = await this.#hindranceTo(analysis);
    const look = () => identifyServer(this.#server);
    const found = await asked('the server did not say who it is', hindrance, look);
    if (found.known) this.#identity = found.value;
    return found;
  }

  #cache(): Map<string, Resolution> {
    const held = this.#names.value;
    if (held !== null && this.#namesAt === this.#clock.changes) return held.value;
    const fresh = new Map<string, Resolution>();
    this.#names.learn(fresh);
    this.#namesAt = this.#clock.changes;
    return fresh;
  }

  /** Why the session cannot be asked now; null when it waits for us and a Sync of ours changes nothing. */
  async #hindrance(): Promise<string | null> {
    const { pipeline } = this.#server;
    if (this.#ran && (pipeline.status !== 'T' || this.#transactionControl)) {
      return 'an implicit transaction is open, which asking would end';
    }
    await this.#server.drained();
    if (this.#server.closed) return 'the connection to the target is gone';
    if (pipeline.copyingIn) return 'the server is reading COPY data';
    if (pipeline.skipping) return 'an earlier message failed';
    if (pipeline.status === 'E') return 'the transaction has failed';
    // what was outstanding may have been the transaction's end
    return this.#ran && pipeline.status !== 'T' ? 'an implicit transaction is open' : null;
  }

  /** The same for what takes a snapshot. */
  async #hindranceTo(analysis: SqlAnalysis): Promise<string | null> {
    return (await this.#hindrance()) ?? this.#snapshotHindrance(analysis);
  }

  /** LOCK before the first query is a way to choose when a transaction's snapshot is taken. */
  #snapshotHindrance(analysis: SqlAnalysis): string | null {
    if (this.#server.pipeline.status !== 'T') return null;
    const snapshotless = analysis.operations.every(({ operation }) =>
      ['lock', 'set', 'transaction', 'listen'].includes(operation),
    );
    return snapshotless ? "asking would take the transaction's snapshot before the statement does" : null;
  }

  /** One question at a time. */
  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

/** Asks where nothing hinders. `failed` goes before the reason why there is no answer. */
async function asked<T>(
  failed: string,
  hindrance: string | null,
  ask: () => Promise<Known<T>>,
): Promise<Known<T>> {
  const answer = hindrance === null ? await ask() : { known: false as const, why: hindrance };
  return answer.known ? answer : { known: false, why: `${failed}: ${answer.why}` };
}

function changesNames(analysis: SqlAnalysis): boolean {
  const changing: readonly string[] = [
    'ddl',
    'discard',
    'set-role',
    'set-search-path',
    'rollback',
    'rollback-to',
  ];
  return analysis.effects.some((effect) => changing.includes(effect.effect));
}

/** Beyond ASCII the session reads texts of ours in its own encoding. */
function readable({ text, values = [] }: Question, encoding: string | undefined): boolean {
  if (encoding === 'UTF8') return true;
  return [text, ...values].every((part) => part === null || /^[\u0000-\u007f]*$/.test(part));
}

function keyOf(table: TableName): string {
  return JSON.stringify([table.schema, table.name]);
}

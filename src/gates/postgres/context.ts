import type { TransactionEvent } from '../../policy/judge.ts';
import type { AnalyseSoon } from '../../policy/sql/analyse.ts';
import { disturbanceOf } from './following.ts';
import type { AskJudge } from './judging.ts';
import type { Knowledge } from './knowledge.ts';
import type { Plan } from './plan.ts';
import type { Portals } from './portals.ts';
import type { Run } from './run.ts';
import type { Ending, ServerSide } from './server-side.ts';
import { type Prepared, type Statements, touches } from './statements.ts';
import { isOpaque, readText, type StatementText } from './text.ts';

/** What the handlers of one session's messages share. */
export interface SessionContext {
  readonly server: ServerSide;
  readonly knowledge: Knowledge;
  readonly statements: Statements;
  readonly portals: Portals;
  readonly analyse: AnalyseSoon;
  readonly rule: AskJudge;
  /** Takes note of where the client says that its next statement comes from. */
  readonly told: (place: string) => void;
  /** Tells the judge what became of the session's transaction. */
  readonly follow: (event: TransactionEvent) => void;
}

/** A statement's text, read as the server will read it at this place of the pipeline. */
export async function readStatement(context: SessionContext, bytes: Buffer): Promise<StatementText> {
  const doubt = await context.knowledge.doubtOfReading();
  const { parameters } = context.server;
  const text = readText(bytes, {
    clientEncoding: parameters.get('client_encoding'),
    standardConformingStrings: parameters.get('standard_conforming_strings'),
    serverVersion: parameters.get('server_version'),
  });
  return doubt === null ? text : { ...text, doubt };
}

/**
 * The statement that the server will find under a name. What was sent since the last Sync either succeeds or
 * ends the pipeline, so it may be believed; what was sent before may have failed, so it is waited for.
 */
export async function findPrepared(context: SessionContext, name: string): Promise<Prepared | null> {
  const { pipeline } = context.server;
  const unsure = () =>
    pipeline
      .pending()
      .some(
        ({ entry, current }) => !current && entry.changes?.some((change) => touches(change, name)) === true,
      );
  if (unsure()) await context.server.wait(() => !unsure());
  return preparedNow(context, name);
}

/** As `findPrepared`, for who can do without: what is still in flight is believed. */
export function preparedNow(context: SessionContext, name: string): Prepared | null {
  let found = context.statements.get(name);
  for (const { entry } of context.server.pipeline.pending()) {
    for (const change of entry.changes ?? []) {
      if (touches(change, name)) found = change.change === 'set' ? change.prepared : null;
    }
  }
  return found;
}

/** Nothing runs: no statement in it. */
export function isEmpty(plan: Plan): boolean {
  return plan.analysis.statements === 0 && plan.analysis.unknown.length === 0;
}

/**
 * In a failed transaction, with nothing outstanding that could end it, the server refuses every statement but
 * its end. Several statements in one text are another matter: ROLLBACK may be the first of them.
 */
export function runsNothing(context: SessionContext, plan: Plan): boolean {
  const { pipeline } = context.server;
  const failed = pipeline.status === 'E' && pipeline.empty && !context.knowledge.ran;
  return failed && plan.effects.statements === 1 && !isOpaque(plan.effects);
}

/** Takes note that a judged statement is about to be sent. */
export function noteSending(context: SessionContext, plan: Plan): void {
  context.knowledge.note(disturbanceOf(plan.effects));
  if (isOpaque(plan.effects)) context.statements.doubtAll();
}

/** How a message ended that was sent as the client wrote it: where the connection broke it may have run. */
export function settleSent(run: Run | null, ending: Ending): void {
  run?.settle(ending.as === 'done' ? 'completed' : ending.as === 'skipped' ? 'void' : 'failed');
}

/** How a refused message ended: the refusal counts only when the server raised the nonce's error. */
export function settleRefused(run: Run | null, ending: Ending): void {
  run?.settle(ending.as === 'failed' && ending.refused ? 'refused' : 'void');
}

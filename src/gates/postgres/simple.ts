import { unknownAnalysis } from '../../policy/sql/unknown.ts';
import type { Frame } from '../../protocol/postgres/frames.ts';
import { decodeFunctionCall } from '../../protocol/postgres/function-call.ts';
import { sync } from '../../protocol/postgres/named.ts';
import { decodeQuery } from '../../protocol/postgres/query.ts';
import {
  findPrepared,
  isEmpty,
  noteSending,
  readStatement,
  runsNothing,
  type SessionContext,
  settleRefused,
  settleSent,
} from './context.ts';
import { fetchDoubt } from './late.ts';
import { doubted, type Plan, planOf } from './plan.ts';
import {
  offeredQuery,
  type Refusal,
  refusalOf,
  refusedBind,
  refusedQuery,
  unpreparedRefusal,
} from './refusal.ts';
import { Run } from './run.ts';
import type { NameChange } from './statements.ts';
import { isOpaque, type StatementText } from './text.ts';
import { transactionEvents } from './transactions.ts';

/** A simple Query drops the unnamed statement, whatever it says. */
const dropsUnnamed: NameChange = { change: 'drop', name: '' };

/** Query: one text, any number of statements, judged as a whole. */
export async function handleQuery(context: SessionContext, frame: Frame): Promise<void> {
  const { server } = context;
  const bytes = decodeQuery(frame.body);
  if (server.pipeline.skipping) return server.send(frame.bytes, { kind: 'query' });
  const text = await readStatement(context, bytes);
  const found = await planOf(context.analyse, text, [], (name) => findPrepared(context, name));
  // nobody is to decide on what cannot run any more
  if (server.closed) return;
  const plan = doubted(found, fetchDoubt(context.portals, found.effects));
  if (plan.missing !== null) return refuse(context, unpreparedRefusal(plan.missing), null);
  if (isEmpty(plan) || runsNothing(context, plan)) return forward(context, frame.bytes, plan, null);
  // what cannot be read may prepare anything under any name: let nothing of that be in flight
  if (isOpaque(plan.effects)) await server.drained();
  const ruling = await context.rule(plan);
  const run = new Run(ruling);
  if (ruling.outcome === 'allow') return forward(context, frame.bytes, plan, run);
  const refusal = refusalOf(ruling);
  if (isOpaque(plan.effects)) offer(context, refusal, run, text);
  else refuse(context, refusal, run);
}

function forward(context: SessionContext, bytes: Buffer, plan: Plan, run: Run | null): void {
  const { server, knowledge, statements } = context;
  const changes = [dropsUnnamed, ...plan.changes];
  noteSending(context, plan);
  run?.sent();
  server.send(bytes, {
    kind: 'query',
    changes,
    ended: (ending) => {
      if (ending.as === 'done') statements.apply(changes);
      // one statement that fails changes no name; of several the first may have succeeded
      else if (ending.as === 'failed')
        statements.forget(plan.effects.statements > 1 ? changes : [dropsUnnamed]);
      settleSent(run, ending);
      if (ending.as === 'done') for (const event of transactionEvents(plan.effects)) context.follow(event);
    },
  });
  knowledge.segmentEnds();
}

function refuse(context: SessionContext, refusal: Refusal, run: Run | null): void {
  context.server.send(refusedQuery(refusal), {
    kind: 'query',
    refusal,
    changes: [dropsUnnamed],
    refused: () => run?.settle('refused'),
    ended: (ending) => {
      context.statements.apply([dropsUnnamed]);
      settleRefused(run, ending);
    },
  });
  context.knowledge.segmentEnds();
}

function offer(context: SessionContext, refusal: Refusal, run: Run, text: StatementText): void {
  const { server, statements, knowledge } = context;
  const [parse, bind, end] = offeredQuery(refusal, text.bytes ?? Buffer.from(text.text));
  server.send(parse, {
    kind: 'parse',
    hidden: 'success',
    refusal,
    changes: [dropsUnnamed],
    ended: (ending) => {
      statements.apply([dropsUnnamed]);
      if (ending.as !== 'done') settleRefused(run, ending);
    },
  });
  server.send(bind, { kind: 'bind', refusal, ended: (ending) => settleRefused(run, ending) });
  server.send(end, { kind: 'sync' });
  knowledge.segmentEnds();
}

/** FunctionCall: a function by its number; nothing of it can be read, so it is judged as unknown. */
export async function handleFunctionCall(context: SessionContext, frame: Frame): Promise<void> {
  const { server, knowledge } = context;
  const { oid, arguments: values } = decodeFunctionCall(frame.body);
  if (server.pipeline.skipping) return server.send(frame.bytes, { kind: 'function' });
  const call = values.map((value) => (value === null ? 'NULL' : `\\x${value.toString('hex')}`)).join(', ');
  const statement = `FunctionCall ${oid} (${call})`;
  const analysis = unknownAnalysis(
    statement,
    `a call of the function with OID ${oid} by the FunctionCall message`,
  );
  const plan: Plan = { statement, params: [], analysis, effects: analysis, changes: [], missing: null };
  await server.drained();
  const ruling = await context.rule(plan);
  const run = new Run(ruling);
  if (ruling.outcome === 'allow') {
    noteSending(context, plan);
    run.sent();
    server.send(frame.bytes, {
      kind: 'function',
      ended: (ending) => settleSent(run, ending),
    });
  } else {
    // Bind and Sync are answered as a FunctionCall that fails is, and leave the unnamed statement alone
    const refusal = refusalOf(ruling);
    server.send(refusedBind(refusal, Buffer.alloc(0)), {
      kind: 'bind',
      refusal,
      ended: (ending) => settleRefused(run, ending),
    });
    server.send(sync, { kind: 'sync' });
  }
  knowledge.segmentEnds();
}

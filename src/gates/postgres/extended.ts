import type { SqlParam } from '../../policy/action.ts';
import { type Bind, decodeBind } from '../../protocol/postgres/bind.ts';
import type { Frame } from '../../protocol/postgres/frames.ts';
import { decodeEmpty, decodeExecute, decodeNamed } from '../../protocol/postgres/named.ts';
import { decodeParse } from '../../protocol/postgres/parse.ts';
import { decodeParameterDescription } from '../../protocol/postgres/server-messages.ts';
import { decodeParam } from '../../protocol/postgres/values.ts';
import {
  findPrepared,
  isEmpty,
  noteSending,
  preparedNow,
  readStatement,
  runsNothing,
  type SessionContext,
  settleRefused,
  settleSent,
} from './context.ts';
import { disturbanceOf } from './following.ts';
import { fetchDoubt, readAnewAtExecute, stale } from './late.ts';
import { doubt, doubted, type Plan, planOf } from './plan.ts';
import type { Portal } from './portals.ts';
import { type Refusal, refusalOf, refusedBind, unpreparedRefusal } from './refusal.ts';
import { Run } from './run.ts';
import { type NameChange, nameKey, type Prepared } from './statements.ts';
import { transactionEvents } from './transactions.ts';

/** Parse runs nothing: it is only remembered, and counts when the server has accepted it. */
export async function handleParse(context: SessionContext, frame: Frame): Promise<void> {
  const { server, statements } = context;
  const { name, text: bytes, oids } = decodeParse(frame.body);
  const key = nameKey(name);
  if (key !== '') context.knowledge.namesMayChange();
  const text = await readStatement(context, bytes);
  const changes: readonly NameChange[] = [
    { change: 'set', name: key, prepared: { text, oids, doubtful: false } },
  ];
  server.send(frame.bytes, {
    kind: 'parse',
    changes,
    ended: (ending) => {
      if (ending.as === 'done') statements.apply(changes);
      // the unnamed statement is dropped before the new one is read; a name that is taken stays as it was
      else if (ending.as === 'failed' && key === '') statements.forget(changes);
    },
  });
}

/** Bind is where a statement is judged: planning and reading the values can run code of the target already. */
export async function handleBind(context: SessionContext, frame: Frame): Promise<void> {
  const { server } = context;
  const bind = decodeBind(frame.body);
  if (server.pipeline.skipping) return server.send(frame.bytes, { kind: 'bind' });
  const prepared = await findPrepared(context, nameKey(bind.statement));
  if (prepared === null) {
    return refuse(context, bind, unpreparedRefusal(bind.statement.toString('utf8')), null);
  }
  const unsure = await context.knowledge.doubtOfReading();
  const params = readParams(bind, prepared, server.parameters.get('client_encoding') ?? '');
  const found = await planOf(context.analyse, prepared.text, params, (name) => findPrepared(context, name));
  // nobody is to decide on what cannot run any more
  if (server.closed) return;
  if (found.missing !== null) return refuse(context, bind, unpreparedRefusal(found.missing), null);
  const plan = doubted(found, [
    ...(prepared.doubtful ? [doubt] : []),
    ...(unsure === null ? [] : [unsure]),
    ...fetchDoubt(context.portals, found.effects),
  ]);
  if (isEmpty(plan) || runsNothing(context, plan)) return forward(context, frame.bytes, bind, plan, null);
  const ruling = await context.rule(plan);
  const run = new Run(ruling);
  if (ruling.outcome === 'allow') forward(context, frame.bytes, bind, plan, run);
  else refuse(context, bind, refusalOf(ruling), run);
}

function readParams(bind: Bind, prepared: Prepared, encoding: string): SqlParam[] {
  return bind.values.map((value, at) => {
    const param = decodeParam(value, prepared.oids[at] ?? 0);
    const ascii = value.bytes?.every((byte) => byte < 0x80) ?? true;
    if (encoding === 'UTF8' || ascii || value.format === 'binary') return param;
    const why = `a parameter in the encoding ${encoding}`;
    return { ...param, value: { known: false, why } };
  });
}

function forward(context: SessionContext, bytes: Buffer, bind: Bind, plan: Plan, run: Run | null): void {
  const { portals } = context;
  noteSending(context, plan);
  const portal: Portal = {
    run,
    disturbance: disturbanceOf(plan.effects),
    changes: plan.changes,
    events: transactionEvents(plan.effects),
    late: readAnewAtExecute(plan.effects) ? { plan, at: context.knowledge.moment } : null,
  };
  const bound = portals.bind(nameKey(bind.portal), portal);
  run?.sent();
  context.server.send(bytes, {
    kind: 'bind',
    ended: (ending) => {
      if (ending.as === 'done') return bound.accepted();
      bound.takeBack();
      settleSent(run, ending);
    },
  });
}

function refuse(context: SessionContext, bind: Bind, refusal: Refusal, run: Run | null): void {
  context.server.send(refusedBind(refusal, bind.portal), {
    kind: 'bind',
    refusal,
    ended: (ending) => settleRefused(run, ending),
  });
}

/** Execute goes by its portal's verdict. Portals that were never bound are cursors, judged when declared. */
export async function handleExecute(context: SessionContext, frame: Frame): Promise<void> {
  const { portal: name } = decodeExecute(frame.body);
  const portal = context.portals.get(nameKey(name));
  if (portal?.late != null && stale(portal.late, context.knowledge.moment)) {
    if (context.server.pipeline.skipping) return context.server.send(frame.bytes, { kind: 'execute' });
    const ruling = await context.rule(doubted(portal.late.plan, [readAnew]));
    const run = new Run(ruling);
    if (ruling.outcome !== 'allow') return refuseExecute(context, refusalOf(ruling), run);
    // the execution itself is told by the portal's own run
    run.settle('void');
  }
  if (portal !== null) {
    // what goes on after its first rows were asked for has run already
    portal.late = null;
    context.knowledge.note(portal.disturbance);
    portal.run?.sent();
  }
  context.server.send(frame.bytes, {
    kind: 'execute',
    changes: portal?.changes ?? [],
    ended: (ending) => {
      if (ending.as === 'done') context.statements.apply(portal?.changes ?? []);
      settleSent(portal?.run ?? null, ending);
      if (ending.as === 'done') for (const event of portal?.events ?? []) context.follow(event);
    },
  });
}

const readAnew =
  'other messages came between Bind and Execute of a statement that the server reads anew at Execute';

/** A Bind that fails stands for an Execute that fails: both end the pipeline, and no portal is touched. */
function refuseExecute(context: SessionContext, refusal: Refusal, run: Run): void {
  context.server.send(refusedBind(refusal, Buffer.from(refusal.nonce)), {
    kind: 'bind',
    refusal,
    ended: (ending) => settleRefused(run, ending),
  });
}

export function handleDescribe(context: SessionContext, frame: Frame): void {
  const { what, name } = decodeNamed(frame.body, 'Describe');
  if (what === 'portal') {
    context.server.send(frame.bytes, { kind: 'describe-portal' });
    return;
  }
  const prepared = preparedNow(context, nameKey(name));
  context.server.send(frame.bytes, {
    kind: 'describe-statement',
    answered: (answer) => {
      if (answer.type === 't' && prepared !== null) prepared.oids = decodeParameterDescription(answer.body);
    },
  });
}

export function handleClose(context: SessionContext, frame: Frame): void {
  const { what, name } = decodeNamed(frame.body, 'Close');
  const key = nameKey(name);
  const changes: readonly NameChange[] = what === 'statement' ? [{ change: 'drop', name: key }] : [];
  if (what === 'statement') context.knowledge.namesMayChange();
  const closed = what === 'portal' ? context.portals.close(key) : null;
  context.server.send(frame.bytes, {
    kind: 'close',
    changes,
    ended: (ending) => {
      if (ending.as !== 'done') return;
      context.statements.apply(changes);
      closed?.();
    },
  });
}

export function handleSync(context: SessionContext, frame: Frame): void {
  decodeEmpty(frame.body, 'Sync');
  context.knowledge.segmentEnds();
  context.server.send(frame.bytes, {
    kind: 'sync',
    ended: (ending) => {
      // discarded because the server was reading COPY data: no segment ended there
      if (ending.as === 'skipped') context.knowledge.segmentGoesOn();
    },
  });
}

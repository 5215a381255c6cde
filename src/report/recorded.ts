import { buildForm } from '../approval/build-form.ts';
import type { HttpAction, RunContext, RuntimeAction, SqlAction } from '../policy/action.ts';
import type { Facts, Resolution, Verdict } from '../policy/verdict.ts';
import type { Recorded } from './recorded-schema.ts';
import { redactForm, redactText } from './redaction.ts';

/** What a run knows of a runtime action that it has judged. */
export interface Met {
  readonly action: RuntimeAction;
  readonly run: RunContext;
  readonly verdict: Verdict;
  readonly facts: Facts;
  /** The id under which it was flagged. */
  readonly id: string | null;
}

/** A runtime action without its secrets, as the report keeps it. */
export function recordedOf({ action, run, verdict, facts, id }: Met, secrets: readonly string[]): Recorded {
  const form = redactForm(buildForm(action, [], null).form, secrets);
  const { name, kind, declared, disposable, host, port, database } = action.target;
  const clean = (text: string, max: number) => redactText(text, secrets).slice(0, max);
  return {
    form,
    target: { name: name.slice(0, 300), kind, declared, disposable, host, port, database },
    rest: restOf(action, facts, clean),
    step: run.step.slice(0, 100),
    decision: verdict.decision,
    rules: verdict.rules.map((rule) => rule.id.slice(0, 200)).slice(0, 100),
    id,
    checks: verdict.results.slice(0, 20).map(({ request, outcome, expected, met }) => ({
      check: JSON.stringify(request.check).slice(0, 20_000),
      outcome,
      expected: clean(expected, 2000),
      met: clean(met, 2000),
    })),
    count: 1,
  };
}

type Clean = (text: string, max: number) => string;

function restOf(action: RuntimeAction, facts: Facts, clean: Clean): Recorded['rest'] {
  switch (action.kind) {
    case 'sql':
      return sqlRest(action, facts, clean);
    case 'http':
      return httpRest(action, clean);
    case 'command':
      return { kind: 'command', name: clean(action.name, 300) };
    case 'call': {
      const unread = action.params.known ? null : clean(action.params.why, 1000);
      return { kind: 'call', name: clean(action.name, 300), unread };
    }
  }
}

function sqlRest(action: SqlAction, facts: Facts, clean: Clean): Recorded['rest'] {
  const { holes, unknown } = action.analysis;
  const numbers: (number | null)[] = holes.map((hole) =>
    hole.value.from === 'parameter' ? hole.value.number : null,
  );
  const referenced = new Set(numbers);
  const appended = action.params.map((_, index) => index + 1).filter((number) => !referenced.has(number));
  // what could not be read at all stands in no form
  const inForm = (number: number | null) => {
    if (number === null) return true;
    const param = action.params[number - 1];
    return param !== undefined && (param.value.known || param.hex !== null);
  };
  const relations = facts.relations?.known === true ? facts.relations.value : null;
  return {
    kind: 'sql',
    holes: numbers.filter(inForm).length,
    parameters: [...numbers, ...appended]
      .filter(inForm)
      .map((number) => (number === null ? null : { number, oid: action.params[number - 1]?.oid ?? 0 })),
    unknown: [
      ...unknown.slice(0, 19).map((why) => clean(why, 1000)),
      ...([...numbers, ...appended].every(inForm) ? [] : ['a parameter could not be read']),
    ],
    relations: relations === null || relations.length > 1000 ? null : relations.map(nameOf),
    estimatedRows: facts.estimatedRows?.known === true ? facts.estimatedRows.value : null,
  };
}

function nameOf(table: Resolution) {
  if (table === null) return null;
  const { schema, name, standsForOthers } = table;
  return { schema, name, ...(standsForOthers === true && { standsForOthers }) };
}

function httpRest(action: HttpAction, clean: Clean): Recorded['rest'] {
  const { method, path, query, body } = action;
  const sorted = query.known ? query.value.map(([key]) => key).sort() : null;
  return {
    kind: 'http',
    method: method.known ? clean(method.value, 100) : null,
    scheme: action.scheme,
    host: action.host.slice(0, 300),
    port: action.port,
    path: path.known ? clean(path.value, 8000) : null,
    query: sorted?.map((key) => clean(key, 300)) ?? null,
    contentType: action.contentType === null ? null : clean(action.contentType, 300),
    body: !body.known ? 'unread' : body.value === null ? 'none' : 'json',
    unread: body.known ? null : clean(body.why, 1000),
    digest: action.bodyDigest,
  };
}

import type { RuntimeAction, SqlOperation, TableName } from '../policy/action.ts';
import type { Analyse } from '../policy/sql/analyse.ts';
import { quoted } from '../policy/starter.ts';
import { actionOf } from './judge-again.ts';
import type { Recorded } from './recorded-schema.ts';
import type { Report } from './schema.ts';

/** One entry of an allow list: what the rule matches, as YAML, by a key that groups it. */
interface Learnt {
  readonly id: string;
  readonly on: string;
  readonly when?: string;
}

const maximumRules = 500;

/**
 * Rules, as lines of YAML, that allow what a recorded run did without being flagged; for a policy whose default is
 * hold and that declares these targets. What was flagged gets no rule: it stays for people to decide, and comments
 * say so. `without`: ids of rules that would let something of it pass.
 */
export function learntRules(
  reports: readonly Report[],
  analyse: Analyse,
  declared: readonly string[],
  without: ReadonlySet<string>,
): string[] {
  const samples = reports.flatMap((report) => report.recorded ?? []);
  const found = new Map<string, Learnt>();
  const unreadable = new Set<string>();
  for (const recorded of samples.filter((sample) => sample.decision === 'allow')) {
    const learnt = learntFrom(recorded, actionOf(recorded, analyse), declared);
    if (learnt === null) unreadable.add(recorded.target.name);
    for (const one of learnt ?? []) found.set(`${one.on} ${one.when ?? ''}`, one);
  }
  const flagged = samples.filter((sample) => sample.decision !== 'allow').length;
  const rules = [...found.values()].slice(0, maximumRules);
  const taken = new Map<string, number>();
  return [
    `# What the recorded ${reports.length === 1 ? 'run' : 'runs'} did, tables by the names that the session resolved.`,
    ...(flagged > 0 ? [`# Flagged, and left without a rule so that they wait for people: ${flagged}.`] : []),
    ...[...unreadable].map(
      (name) => `# Some statements on ${comment(name)} were not understood; they will be held.`,
    ),
    ...(found.size > maximumRules ? [`# ${found.size - maximumRules} more would have been needed.`] : []),
    ...[...without].map(
      (id) => `# ${id} is left out: it would let pass what was flagged. Write it with a \`when\`.`,
    ),
    ...(rules.length === without.size ? ['rules: []'] : ['rules:']),
    ...rules.flatMap((rule) => {
      const count = (taken.get(rule.id) ?? 0) + 1;
      taken.set(rule.id, count);
      const id = count === 1 ? rule.id : `${rule.id}.${count}`;
      const when = rule.when === undefined ? [] : [`    when: ${JSON.stringify(rule.when)}`];
      if (without.has(id)) return [];
      return [`  - id: ${id}`, `    on: ${rule.on}`, ...when, '    allow: {}'];
    }),
  ];
}

/** Null where what it did was not understood, so that no rule can speak of it. */
function learntFrom(recorded: Recorded, action: RuntimeAction, declared: readonly string[]): Learnt[] | null {
  switch (action.kind) {
    case 'sql':
      return action.analysis.unknown.length > 0
        ? null
        : sqlRules(recorded, action.analysis.operations, declared);
    case 'http': {
      if (!action.method.known || !action.path.known) return null;
      const method = action.method.value;
      const on = `{ http: { ${targetOf(action.target, declared)}method: ${glob(method)}, path: ${quoted(pathOf(action.path.value))} } }`;
      return [{ id: idOf(action.target.name, method), on }];
    }
    case 'command': {
      const [program = ''] = action.argv;
      const on = `{ command: { name: ${glob(action.name)}, argv: [${glob(program)}, ${JSON.stringify(`${escaped(program)} *`)}] } }`;
      return [{ id: idOf('run', program.slice(program.lastIndexOf('/') + 1)), on }];
    }
    case 'call': {
      const on = `{ call: { name: ${glob(action.name)}, target: ${glob(action.target.name)} } }`;
      return [{ id: idOf('call', action.name), on }];
    }
  }
}

function sqlRules(
  { rest, target, step }: Recorded,
  operations: readonly SqlOperation[],
  declared: readonly string[],
): Learnt[] {
  let at = 0;
  const resolved = rest.kind === 'sql' ? rest.relations : null;
  return operations.flatMap((operation): Learnt[] => {
    const tables = operation.tables.map((table, index) => resolved?.[at + index] ?? table);
    at += operation.tables.length;
    // beginning and ending a transaction passes whatever the default is
    if (operation.operation === 'transaction') return [];
    const id = idOf(operation.operation, ...tables.slice(0, 1).map(({ name }) => name));
    const called = operation.function === null ? '' : `, function: ${tableGlob(operation.function)}`;
    const head = `{ sql: { ${targetOf(target, declared)}operation: ${operation.operation}`;
    if (tables.some(({ schema }) => schema === null)) {
      // a relation that is not there yet has no name that a rule could be sure of: the step stands in for it
      return [{ id, on: `${head}${called} } }`, when: `run.step == ${JSON.stringify(step)}` }];
    }
    const names = [...new Set(tables.map(tableGlob))].sort();
    const where = names.length === 0 ? '' : `, table: [${names.join(', ')}]`;
    return [{ id, on: `${head}${where}${called} } }` }];
  });
}

/** A name that is folded anyway stands bare, any other in quotes, which take it letter by letter. */
function tableGlob({ schema, name }: TableName): string {
  const part = (text: string) =>
    /^[a-z_][a-z0-9_$]*$/.test(text) ? text : `"${text.replaceAll('"', '""')}"`;
  return quoted(schema === null ? part(name) : `${part(schema)}.${part(name)}`);
}

/** A target that the policy will not declare cannot be named; an undeclared one is host:port. */
function targetOf(
  target: { readonly name: string; readonly declared: boolean },
  declared: readonly string[],
) {
  const known = declared.includes(target.name) || (!target.declared && target.name.includes(':'));
  return known ? `target: ${glob(target.name)}, ` : '';
}

/** Segments that look like ids stand for any. */
function pathOf(path: string): string {
  return path
    .split('/')
    .map((part) => (/\d{2,}|^\d+$|^[0-9a-f-]{16,}$/i.test(part) ? '*' : escaped(part)))
    .join('/');
}

/** A text as a pattern that fits itself; signs that no pattern may hold are any one character. */
function escaped(text: string): string {
  return text.replaceAll(/[\\*?[\]{}]/g, '\\$&').replaceAll(/[()|]|^!/g, '?');
}

function glob(text: string): string {
  return quoted(escaped(text));
}

function idOf(...parts: readonly string[]): string {
  return `did-${parts.join('-')}`
    .toLowerCase()
    .replace(/[^a-z0-9_.-]+/g, '-')
    .slice(0, 80)
    .replace(/[-.]+$/, '');
}

function comment(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 60);
}

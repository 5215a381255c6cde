import type { SqlVerb } from '../action.ts';
import { query } from './manipulate.ts';
import type { SqlNode, SqlTree } from './parser.ts';
import { isKeyword } from './source.ts';
import { listOf, nodeOf, strings, tableOf, textOf, wrapped } from './tree.ts';
import { callOf, operation, type Scope, visit, type Walk } from './walk.ts';

/** Statements that carry another: COPY, EXPLAIN, PREPARE, EXECUTE and DECLARE. */

export function copy(walk: Walk, node: SqlNode, scope: Scope): void {
  const tables = node.relation === undefined ? [] : [tableOf(nodeOf(node.relation))];
  const columns = strings(node.attlist);
  walk.operations.push({ ...operation('copy', tables), columns });
  if (tables.length > 0) {
    const verb = node.is_from === true ? 'insert' : 'select';
    walk.operations.push({ ...operation(verb, tables), columns: columns.length > 0 ? columns : ['*'] });
  }
  // no function can be named so without quotes: a program of the server's machine
  if (node.is_program === true) callOf(walk, 'call', ['copy program']);
  if (node.filename === undefined) {
    walk.effects.push({ effect: node.is_from === true ? 'copy-in' : 'copy-out' });
  }
  query(walk, node.query, scope);
  visit(walk, node.whereClause, { ...scope, reads: [], columns: new Set(), top: false });
}

const changing: ReadonlySet<SqlVerb> = new Set(['insert', 'update', 'delete', 'merge', 'create', 'lock']);

/** Without ANALYZE nothing changes, but planning reads, and can call functions. */
export function explain(walk: Walk, node: SqlNode, scope: Scope): void {
  const operations = walk.operations.length;
  const effects = walk.effects.length;
  query(walk, node.query, scope);
  if (analyses(node.options)) return;
  const planned = walk.operations.splice(operations);
  walk.operations.push(
    ...planned.map((entry) => (changing.has(entry.operation) ? operation('select', entry.tables) : entry)),
  );
  const kept = walk.effects.splice(effects).filter((entry) => entry.effect === 'execute');
  walk.effects.push(...kept);
}

/** Whether EXPLAIN runs the statement. What is not plainly switched off runs. */
function analyses(options: SqlTree | undefined): boolean {
  return listOf(options).some((option) => {
    const { defname, arg } = nodeOf(wrapped(option)?.node);
    if (textOf(defname)?.toLowerCase() !== 'analyze') return false;
    const value = wrapped(arg);
    const text = textOf(value?.node.sval)?.toLowerCase();
    const zero = value?.name === 'Integer' && (value.node.ival ?? 0) === 0;
    return !(text === 'off' || text === 'false' || zero || value?.node.boolval === false);
  });
}

/** PREPARE runs nothing; whoever meets EXECUTE needs its text. */
export function prepare(walk: Walk, node: SqlNode): void {
  walk.effects.push({ effect: 'prepare', name: textOf(node.name) ?? '', statement: preparedText(walk) });
}

/** The text after AS in the only, or the last-begun, PREPARE that has not been read yet. */
function preparedText(walk: Walk): string {
  const { tokens } = walk.source;
  const earlier = walk.effects.filter((effect) => effect.effect === 'prepare').length;
  const starts = tokens.flatMap((token, index) =>
    isKeyword(token, 'prepare') &&
    (index === 0 || tokens[index - 1]?.text === ';') &&
    !isKeyword(tokens[index + 1], 'transaction')
      ? [index]
      : [],
  );
  let at = starts[earlier] ?? 0;
  for (let depth = 0; at < tokens.length; at++) {
    const token = tokens[at];
    if (token?.text === '(') depth += 1;
    if (token?.text === ')') depth -= 1;
    if (depth === 0 && isKeyword(token, 'as')) break;
  }
  const first = tokens[at + 1];
  const end = tokens.findIndex((token, index) => index > at && token.text === ';');
  const last = tokens[end === -1 ? tokens.length - 1 : end - 1];
  return first === undefined || last === undefined ? '' : walk.source.slice(first.start, last.end);
}

/** Why an EXECUTE is unknown by its text alone; `resolveExecutes` takes it away. */
export function unresolved(name: string): string {
  return `EXECUTE runs the prepared statement "${name}", whose text is not known here`;
}

export function runPrepared(walk: Walk, node: SqlNode, scope: Scope): void {
  const name = textOf(node.name) ?? '';
  walk.effects.push({ effect: 'execute', name });
  walk.unknown.push(unresolved(name));
  visit(walk, node.params, { ...scope, reads: [], columns: new Set(), top: false });
}

export function declareCursor(walk: Walk, node: SqlNode, scope: Scope): void {
  walk.effects.push({ effect: 'declare-cursor', name: textOf(node.portalname) });
  query(walk, node.query, scope);
}

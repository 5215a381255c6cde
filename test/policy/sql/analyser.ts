import type { SqlAnalysis, SqlOperation, TableName } from '../../../src/policy/action.ts';
import { createAnalyser } from '../../../src/policy/sql/analyse.ts';
import { loadSqlParser } from '../../../src/targets/sql-parser.ts';

export const parser = await loadSqlParser();
export const analyser = createAnalyser(parser);

export function analyse(text: string, serverVersion = 18): SqlAnalysis {
  return analyser(text, { standardConformingStrings: true, serverVersion });
}

export function written(name: TableName): string {
  return name.schema === null ? name.name : `${name.schema}.${name.name}`;
}

/** `delete users`, `call app.fn`, `select`: operations on one line each. */
export function operations(text: string): string[] {
  return analyse(text).operations.map(line);
}

export function line(operation: SqlOperation): string {
  const names = operation.function === null ? operation.tables.map(written) : [written(operation.function)];
  return [operation.operation, ...names].join(' ');
}

/** The shape with its holes by name. */
export function shown({ shape, holes }: SqlAnalysis): string {
  return shape
    .map((part, index) => part + (holes[index] === undefined ? '' : `‹${holes[index].name}›`))
    .join('');
}

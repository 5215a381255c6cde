import type { SqlAnalysis, SqlEffect, SqlHole, SqlOperation } from '../policy/action.ts';

type Row = NonNullable<SqlOperation['rows']>[number];

/**
 * Part of an analysis on its way out of its thread: whoever takes it in rebuilds every object of it, and one of
 * 1 MiB has up to a million.
 */
export type Piece =
  | { readonly piece: 'rest'; readonly of: Pick<SqlAnalysis, 'unknown' | 'statements'> }
  | { readonly piece: 'shape'; readonly of: readonly string[] }
  | { readonly piece: 'holes'; readonly of: readonly SqlHole[] }
  | { readonly piece: 'effects'; readonly of: readonly SqlEffect[] }
  /** Without the rows of VALUES, which follow. */
  | { readonly piece: 'operations'; readonly of: readonly SqlOperation[] }
  | { readonly piece: 'rows'; readonly operation: number; readonly of: readonly Row[] };

/** Members of a list in one piece: a few milliseconds' work. */
const most = 2_000;

/** Makes each piece when it is asked for. */
export function* piecesOf(analysis: SqlAnalysis): Generator<Piece, undefined> {
  const { shape, holes, effects, operations, unknown, statements } = analysis;
  yield { piece: 'rest', of: { unknown, statements } };
  for (const of of slices(shape)) yield { piece: 'shape', of };
  for (const of of slices(holes)) yield { piece: 'holes', of };
  for (const of of slices(effects)) yield { piece: 'effects', of };
  for (const of of slices(operations)) yield { piece: 'operations', of: of.map(withoutRows) };
  for (const [operation, { rows }] of operations.entries()) {
    for (const of of slices(rows ?? [])) yield { piece: 'rows', operation, of };
  }
}

function withoutRows(operation: SqlOperation): SqlOperation {
  return operation.rows === null ? operation : { ...operation, rows: [] };
}

function* slices<T>(list: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < list.length; at += most) yield list.slice(at, at + most);
}

/** Puts the pieces of one analysis together again, in the order in which they were made. */
export class Gathered {
  readonly #shape: string[] = [];
  readonly #holes: SqlHole[] = [];
  readonly #effects: SqlEffect[] = [];
  readonly #operations: SqlOperation[] = [];
  readonly #rows = new Map<number, Row[]>();
  #rest: Pick<SqlAnalysis, 'unknown' | 'statements'> = { unknown: ['nothing was told of it'], statements: 1 };

  add(piece: Piece): void {
    switch (piece.piece) {
      case 'rest':
        this.#rest = piece.of;
        return;
      case 'shape':
        this.#shape.push(...piece.of);
        return;
      case 'holes':
        this.#holes.push(...piece.of);
        return;
      case 'effects':
        this.#effects.push(...piece.of);
        return;
      case 'operations':
        this.#operations.push(...piece.of);
        return;
      case 'rows': {
        const rows = this.#rows.get(piece.operation) ?? [];
        rows.push(...piece.of);
        this.#rows.set(piece.operation, rows);
      }
    }
  }

  analysis(): SqlAnalysis {
    const operations = this.#operations.map((operation, index) => {
      const rows = this.#rows.get(index);
      return rows === undefined ? operation : { ...operation, rows };
    });
    return { ...this.#rest, shape: this.#shape, holes: this.#holes, effects: this.#effects, operations };
  }
}

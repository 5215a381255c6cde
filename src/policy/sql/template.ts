import type { SqlAnalysis, SqlHole, SqlOperation, SqlValue } from '../action.ts';
import type { SqlParser } from './parser.ts';
import { type CutText, type Literal, withLiterals } from './template-text.ts';

/** The analysis of a text, given its literals. */
export type Template = (literals: readonly Literal[]) => SqlAnalysis;

/** Begins of literals that stand in no text which is made a template: where they appear, the literal counts. */
const [word, digits] = ['zqjit', '98765'];
const probe = new RegExp(`'${word}(\\d+)e'|${digits}(\\d{4})(?:\\.5)?`, 'g');
const leftover = new RegExp(`${word}|${digits}`);

/**
 * The analysis of every text that is this one but for its literals. The text is read whole with literals of our own
 * (probes), each of which is found again as one token, and in the analysis only where a literal is copied: in holes,
 * in rows and in the text of a predicate. Null where one appears anywhere else (the name of a setting), so that it
 * decides something, or where the text cannot be read with them (`float(99)`).
 */
export function templateOf(
  cut: CutText,
  parser: Pick<SqlParser, 'scan'>,
  analyse: (text: string) => SqlAnalysis,
): Template | null {
  if (cut.parts.some((part) => leftover.test(part.toLowerCase()))) return null;
  const probes = cut.literals.map(({ class: kind }, index) => probeOf(kind, index));
  const text = withLiterals(
    cut,
    probes.map(({ raw }) => raw),
  );
  const analysis = analyse(text);
  if (analysis.unknown.length > 0 || !areTokens(parser, text, probes)) return null;
  if (!probes.every((found) => holesOf(analysis, found) === 1)) return null;
  const holes = analysis.holes.map((hole) => fillHole(hole, probes));
  const operations = analysis.operations.map((operation) => fillOperation(operation, probes));
  const fill: Template = (literals) => ({
    ...analysis,
    holes: holes.map((hole) => hole(literals)),
    operations: operations.map((operation) => operation(literals)),
  });
  const blank = probes.map((found) => ({ ...found, raw: '', value: '' }));
  return leftover.test(JSON.stringify(fill(blank))) ? null : fill;
}

function probeOf(kind: Literal['class'], index: number): Literal {
  const number = `${digits}${String(index).padStart(4, '0')}`;
  const value = kind === 'string' ? `${word}${index}e` : kind === 'integer' ? number : `${number}.5`;
  return { class: kind, value, raw: kind === 'string' ? `'${value}'` : value };
}

/** Each probe is a token, the only one of its kind: whatever stands in its place is one as well. */
function areTokens(parser: Pick<SqlParser, 'scan'>, text: string, probes: readonly Literal[]): boolean {
  const found = parser.scan(text).filter((token) => leftover.test(token.text));
  return (
    found.length === probes.length &&
    probes.every(
      ({ class: kind, raw }, index) =>
        found[index]?.text === raw && found[index].kind === (kind === 'string' ? 'string' : 'number'),
    )
  );
}

function holesOf({ holes }: SqlAnalysis, { value, raw }: Literal): number {
  return holes.filter((hole) => hole.value.from === 'literal' && [value, raw].includes(hole.value.text))
    .length;
}

type Fill<T> = (literals: readonly Literal[]) => T;

function fillHole(hole: SqlHole, probes: readonly Literal[]): Fill<SqlHole> {
  const { value } = hole;
  if (value.from !== 'literal') return () => hole;
  const at = probes.findIndex((found) => found.value === value.text);
  // what the tree does not decode stands as it is written
  const rawAt = at === -1 ? probes.findIndex(({ raw }) => raw === value.text) : at;
  if (rawAt === -1) return () => hole;
  const text = at === -1 ? ('raw' as const) : ('value' as const);
  return (literals) => ({ ...hole, value: { ...value, text: literals[rawAt]?.[text] ?? '' } });
}

function fillOperation(operation: SqlOperation, probes: readonly Literal[]): Fill<SqlOperation> {
  const predicate = operation.predicate === null ? null : fillPredicate(operation.predicate);
  const rows = operation.rows?.map((row) =>
    Object.entries(row).map(([column, value]) => [column, fillValue(value, probes)] as const),
  );
  return (literals) => ({
    ...operation,
    predicate: predicate === null ? null : predicate(literals),
    rows:
      rows?.map((row) => Object.fromEntries(row.map(([column, value]) => [column, value(literals)]))) ?? null,
  });
}

function fillValue(value: SqlValue, probes: readonly Literal[]): Fill<SqlValue> {
  const at = value.from === 'literal' ? probes.findIndex((found) => found.value === value.text) : -1;
  return at === -1 ? () => value : (literals) => ({ ...value, text: literals[at]?.value ?? '' });
}

function fillPredicate(text: string): Fill<string> {
  const parts: string[] = [];
  const places: number[] = [];
  let end = 0;
  for (const { 0: met, 1: string, 2: number, index } of text.matchAll(probe)) {
    parts.push(text.slice(end, index));
    places.push(Number(string ?? number));
    end = index + met.length;
  }
  const rest = text.slice(end);
  return (literals) =>
    parts.map((part, at) => part + (literals[places[at] ?? -1]?.raw ?? '')).join('') + rest;
}

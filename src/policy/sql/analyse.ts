import { messageOf } from '../../errors.ts';
import type { SqlAnalysis } from '../action.ts';
import { KeptAnalyses } from './kept.ts';
import type { SqlParser } from './parser.ts';
import { shapeOf } from './shape.ts';
import { Source } from './source.ts';
import { statement } from './statements.ts';
import { Templates } from './templates.ts';
import { listOf, nodeOf, wrapped } from './tree.ts';
import { unknownAnalysis } from './unknown.ts';
import { enter, topScope, type Walk } from './walk.ts';

/** What of the session decides how a text is read. */
export interface AnalyseOptions {
  /** The session's `standard_conforming_strings`. */
  readonly standardConformingStrings: boolean;
  /** Major version of the server; without it functions that came after 14 count as users' functions. */
  readonly serverVersion?: number;
}

export type Analyse = (statement: string, options: AnalyseOptions) => SqlAnalysis;

/** As `Analyse`, at once or later: `large.ts` makes one of an `Analyse`. */
export type AnalyseSoon = (statement: string, options: AnalyseOptions) => SqlAnalysis | Promise<SqlAnalysis>;

/** Longer texts are not read (bytes of UTF-8). */
const longest = 1024 * 1024;

export function createAnalyser(parser: SqlParser): Analyse {
  const kept = new KeptAnalyses();
  const templates = new Map<number | null, Templates>();
  return (text, options) => {
    const refused = unreadable(text, options);
    if (refused !== null) return unknownAnalysis(text, refused);
    const key = textKey(text, options);
    const known = kept.get(key);
    if (known !== undefined) return known;
    const server = options.serverVersion ?? null;
    const like = options.standardConformingStrings ? templatesOf(templates, parser, server).find(text) : null;
    if (like !== null) return like;
    const analysis = analyse(parser, text, server);
    kept.keep(key, analysis);
    return analysis;
  };
}

/** Of readable texts: where two have one key, they have one analysis. */
export function textKey(text: string, { serverVersion }: AnalyseOptions): string {
  return `${serverVersion ?? 0} ${text}`;
}

function templatesOf(
  all: Map<number | null, Templates>,
  parser: SqlParser,
  server: number | null,
): Templates {
  const known = all.get(server);
  if (known !== undefined) return known;
  const made = new Templates(parser, (text) => analyse(parser, text, server));
  // a target has one version; a client that makes up many gets no more room by it
  if (all.size >= 4) all.clear();
  all.set(server, made);
  return made;
}

/** Why a text is not even given to the parser; null where it is. */
export function unreadable(text: string, options: AnalyseOptions): string | null {
  // a UTF-16 unit takes three bytes at most: what is short need not be encoded to know
  if (text.length > longest / 3 && new TextEncoder().encode(text).length > longest) {
    return `the statement is longer than ${longest} bytes`;
  }
  if (text.includes('\0')) return 'the statement holds a NUL character';
  if (!text.isWellFormed()) return 'the statement is not well-formed Unicode';
  if (!options.standardConformingStrings && text.includes('\\')) {
    return 'standard_conforming_strings is off and the statement holds a backslash';
  }
  return null;
}

/** A text read whole. */
export function analyse(parser: SqlParser, text: string, server: number | null): SqlAnalysis {
  try {
    const statements = listOf(nodeOf(parser.parse(text)).stmts);
    const source = new Source(text, parser.scan(text));
    const walk: Walk = {
      source,
      server,
      single: statements.length === 1,
      operations: [],
      effects: [],
      unknown: [],
      data: new Map(),
      constants: new Map(),
      statement,
    };
    for (const raw of statements) {
      const found = wrapped(nodeOf(raw).stmt);
      if (found === null) walk.unknown.push('the statement has no parse tree');
      else enter(walk, found.name, found.node, topScope());
    }
    const { unknown, operations, effects } = walk;
    return { unknown, operations, effects, ...shapeOf(source, walk), statements: statements.length };
  } catch (thrown) {
    return unknownAnalysis(text, `the statement could not be parsed: ${messageOf(thrown)}`);
  }
}

import { messageOf } from '../../errors.ts';
import type { SqlAnalysis } from '../../policy/action.ts';
import type { AnalyseOptions, AnalyseSoon } from '../../policy/sql/analyse.ts';
import { unknownAnalysis } from '../../policy/sql/unknown.ts';

/** A statement's text as the client sent it. */
export interface StatementText {
  /** For people; what could not be decoded is shown replaced. */
  readonly text: string;
  /** As sent; null where the text came out of another statement. */
  readonly bytes: Buffer | null;
  /** Why the server may read it otherwise than we do; null when it cannot. */
  readonly doubt: string | null;
  /** The session as it was when the server read it. */
  readonly options: AnalyseOptions;
}

/** Settings of the session that change how the server reads a text. */
export interface ReadingSettings {
  readonly clientEncoding: string | undefined;
  readonly standardConformingStrings: string | undefined;
  readonly serverVersion: string | undefined;
}

/** ASCII is the same in every encoding that a client may use; beyond it only UTF-8 can be read for sure. */
export function readText(bytes: Buffer, settings: ReadingSettings): StatementText {
  const text = bytes.toString('utf8');
  const encoding = settings.clientEncoding ?? 'not told';
  const version = Number.parseInt(settings.serverVersion ?? '', 10);
  const options: AnalyseOptions = {
    standardConformingStrings: settings.standardConformingStrings === 'on',
    ...(Number.isNaN(version) ? {} : { serverVersion: version }),
  };
  return { text, bytes, options, doubt: encodingDoubt(bytes, text, encoding) };
}

function encodingDoubt(bytes: Buffer, text: string, encoding: string): string | null {
  if (bytes.every((byte) => byte < 0x80)) return null;
  if (encoding !== 'UTF8') {
    return `the text is not ASCII and the session's client_encoding is ${encoding}; only UTF8 can be read for sure`;
  }
  return Buffer.from(text, 'utf8').equals(bytes) ? null : 'the text is not UTF-8';
}

/**
 * Whatever goes wrong in the parser is a reason not to know, never a reason to let pass. At once for all but
 * large texts, so that a small one waits for no turn of the event loop.
 */
export function analysisOf(
  analyse: AnalyseSoon,
  statement: StatementText,
): SqlAnalysis | Promise<SqlAnalysis> {
  if (statement.doubt !== null) return unknownAnalysis(statement.text, statement.doubt);
  const failed = (thrown: unknown) =>
    unknownAnalysis(statement.text, `the statement could not be parsed: ${messageOf(thrown)}`);
  try {
    const found = analyse(statement.text, statement.options);
    return found instanceof Promise ? found.catch(failed) : found;
  } catch (thrown) {
    return failed(thrown);
  }
}

/** Nothing of it is known, not even how many statements it holds: whatever it could do, it may have done. */
export function isOpaque(analysis: SqlAnalysis): boolean {
  return analysis.unknown.length > 0 && analysis.operations.length === 0 && analysis.effects.length === 0;
}

export function withUnknown(analysis: SqlAnalysis, why: readonly string[]): SqlAnalysis {
  return why.length === 0 ? analysis : { ...analysis, unknown: [...analysis.unknown, ...why] };
}

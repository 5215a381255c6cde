import type { SqlAnalysis } from '../action.ts';

/** A text of which nothing is known: an approval binds it as it is. `why` is told to people. */
export function unknownAnalysis(text: string, why: string): SqlAnalysis {
  return { unknown: [why], operations: [], shape: [text], holes: [], effects: [], statements: 1 };
}

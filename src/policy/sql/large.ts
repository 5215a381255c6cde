import type { SqlAnalysis } from '../action.ts';
import { type Analyse, type AnalyseOptions, type AnalyseSoon, textKey, unreadable } from './analyse.ts';
import { KeptAnalyses } from './kept.ts';
import { unknownAnalysis } from './unknown.ts';

/** Where large texts are analysed: it answers as an `Analyse` would, and is never rejected. */
export type AnalyseElsewhere = (text: string, options: AnalyseOptions) => Promise<SqlAnalysis>;

/** Texts above this (bytes of UTF-8) would hold up everything else for too long. */
const small = 64 * 1024;

/** Small texts are analysed at once. Large ones are analysed elsewhere, unless they were met before. */
export function largeElsewhere(analyse: Analyse, elsewhere: AnalyseElsewhere): AnalyseSoon {
  const kept = new KeptAnalyses();
  const later = async (text: string, options: AnalyseOptions, key: string): Promise<SqlAnalysis> => {
    const analysis = await elsewhere(text, options);
    kept.keep(key, analysis);
    return analysis;
  };
  return (text, options) => {
    if (!isLarge(text)) return analyse(text, options);
    const refused = unreadable(text, options);
    if (refused !== null) return unknownAnalysis(text, refused);
    const key = textKey(text, options);
    return kept.get(key) ?? later(text, options, key);
  };
}

function isLarge(text: string): boolean {
  // a character of a string is one to three bytes
  if (text.length * 3 <= small) return false;
  return text.length > small || new TextEncoder().encode(text).length > small;
}

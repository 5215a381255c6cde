import type { SqlAnalysis } from '../action.ts';

/** What analyses of equal texts may take together (characters of text), and how many are kept. */
const mostLength = 4 * 1024 * 1024;
const mostEntries = 5000;

/** Analyses of texts that were met before. */
export class KeptAnalyses {
  readonly #kept = new Map<string, SqlAnalysis>();
  #length = 0;

  get(key: string): SqlAnalysis | undefined {
    return this.#kept.get(key);
  }

  keep(key: string, analysis: SqlAnalysis): void {
    // an unknown one may be the parser's momentary trouble
    if (analysis.unknown.length > 0) return;
    if (this.#kept.size >= mostEntries || this.#length + key.length > mostLength) {
      this.#kept.clear();
      this.#length = 0;
    }
    this.#kept.set(key, analysis);
    this.#length += key.length;
  }
}

import type { SqlAnalysis } from '../action.ts';
import type { SqlParser } from './parser.ts';
import { type Template, templateOf } from './template.ts';
import { type CutText, cutAtLiterals, keyOf } from './template-text.ts';

/** How many templates are kept, and how long their keys are together (characters). */
const mostEntries = 2_000;
const mostLength = 4 * 1024 * 1024;

/** Templates of one server version: texts that were met before but for their literals are not parsed again. */
export class Templates {
  readonly #parser: Pick<SqlParser, 'scan'>;
  readonly #analyse: (text: string) => SqlAnalysis;
  /** `once`: met, and worth a template when it comes again. Null: what it does depends on its literals. */
  readonly #kept = new Map<string, Template | 'once' | null>();
  #length = 0;

  constructor(parser: Pick<SqlParser, 'scan'>, analyse: (text: string) => SqlAnalysis) {
    this.#parser = parser;
    this.#analyse = analyse;
  }

  /** As `analyse` would find it; null where the text has to be read itself. */
  find(text: string): SqlAnalysis | null {
    const cut = cutAtLiterals(text);
    if (cut === null) return null;
    const key = keyOf(cut);
    let known = this.#kept.get(key);
    if (known === undefined) this.#keep(key, 'once');
    if (known === 'once') {
      known = this.#made(cut);
      this.#kept.set(key, known);
    }
    return typeof known === 'function' ? known(cut.literals) : null;
  }

  #made(cut: CutText): Template | null {
    try {
      return templateOf(cut, this.#parser, this.#analyse);
    } catch {
      // then every text is read itself, and says what is wrong with it
      return null;
    }
  }

  #keep(key: string, entry: 'once'): void {
    if (this.#kept.size >= mostEntries || this.#length + key.length > mostLength) {
      this.#kept.clear();
      this.#length = 0;
    }
    this.#kept.set(key, entry);
    this.#length += key.length;
  }
}

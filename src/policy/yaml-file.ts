import {
  type Alias,
  type Document,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import { messageOf } from '../errors.ts';
import type { Problem } from './problem.ts';

/** Files above this are no policies. Characters. */
const maximumLength = 1_048_576;
/** So many aliases there may be, and so many nodes they may stand for: a small file cannot explode. */
const maximumAliases = 50;

/** A YAML file whose values can be traced back to lines. */
export class YamlFile {
  readonly file: string;
  readonly #document: Document.Parsed;
  readonly #lines: LineCounter;

  constructor(file: string, text: string) {
    this.file = file;
    this.#lines = new LineCounter();
    this.#document = parseDocument(text.slice(0, maximumLength), {
      lineCounter: this.#lines,
      // the library compares each key with each: minutes for a map of a megabyte; see #duplicates
      uniqueKeys: false,
      stringKeys: true,
      prettyErrors: false,
    });
  }

  static tooLarge(file: string, text: string): Problem | null {
    if (text.length <= maximumLength) return null;
    return {
      file,
      line: 1,
      column: 1,
      message: `the file has ${text.length} characters`,
      allowed: `at most ${maximumLength}`,
    };
  }

  /** The plain value, or the problems of the YAML itself. */
  value(): { ok: true; value: unknown } | { ok: false; problems: Problem[] } {
    const faults = [...this.#document.errors, ...this.#document.warnings];
    if (faults.some((fault) => /call stack|Stack overflow/.test(fault.message))) {
      return { ok: false, problems: [this.#at(0, 'the file is nested too deeply')] };
    }
    if (faults.length > 0) {
      return {
        ok: false,
        // after a fault of syntax all others are its consequence
        problems: faults
          .slice(0, 1)
          .map((fault) => ({ ...this.#at(fault.pos[0], ''), ...faultWords(fault) })),
      };
    }
    try {
      const twice = this.#duplicates();
      if (twice.length > 0) return { ok: false, problems: twice };
      return { ok: true, value: this.#document.toJS({ maxAliasCount: maximumAliases }) };
    } catch (thrown) {
      const tooDeep = thrown instanceof RangeError;
      return {
        ok: false,
        problems: [tooDeep ? this.#at(0, 'the file is nested too deeply') : this.#aliasProblem(thrown)],
      };
    }
  }

  /** Throws where aliases are so many that to resolve them would take long. */
  #duplicates(): Problem[] {
    const problems: Problem[] = [];
    let aliases = 0;
    visit(this.#document, {
      Alias: () => {
        aliases += 1;
        if (aliases > maximumAliases) throw new Error('too many aliases');
      },
      Map: (_, map) => {
        const seen = new Set<string>();
        for (const { key } of map.items) {
          if (!isScalar(key)) continue;
          const name = String(key.value);
          if (seen.has(name))
            problems.push(this.#at(key.range?.[0] ?? 0, 'this key stands twice in its map'));
          seen.add(name);
        }
      },
    });
    return problems;
  }

  /** A policy's text is plain values; what still can go wrong with them are aliases. */
  #aliasProblem(thrown: unknown): Problem {
    const anchors = new Set<string>();
    let first: Alias | undefined;
    let lost: Alias | undefined;
    visit(this.#document, {
      Value: (_, node) => void (node.anchor === undefined || anchors.add(node.anchor)),
      Alias: (_, alias) => {
        first ??= alias;
        if (!anchors.has(alias.source)) lost ??= alias;
      },
    });
    if (lost !== undefined) {
      return this.#at(lost.range?.[0] ?? 0, `no anchor above is named "&${lost.source}"`);
    }
    if (first === undefined) return this.#at(0, `the YAML cannot be read: ${messageOf(thrown)}`);
    const allowed = `at most ${maximumAliases} values in all`;
    return {
      ...this.#at(first.range?.[0] ?? 0, 'the aliases from here on stand for too many values'),
      allowed,
    };
  }

  /** A problem at the node of `path`, or at the nearest node above it that exists. */
  problem(path: readonly PropertyKey[], message: string, allowed: string | null = null): Problem {
    return { ...this.#at(this.#offset(path), message), allowed };
  }

  /** A problem at a key of the map at `path`. */
  keyProblem(path: readonly PropertyKey[], key: string, message: string, allowed: string | null): Problem {
    const map = path.length === 0 ? this.#document.contents : this.#document.getIn(path, true);
    const pair = isMap(map)
      ? map.items.find((item) => isScalar(item.key) && String(item.key.value) === key)
      : undefined;
    const offset = isNode(pair?.key) ? (pair.key.range?.[0] ?? 0) : this.#offset(path);
    return { ...this.#at(offset, message), allowed };
  }

  lineOf(path: readonly PropertyKey[]): number {
    return this.#lines.linePos(this.#offset(path)).line || 1;
  }

  #offset(path: readonly PropertyKey[]): number {
    for (let length = path.length; length > 0; length--) {
      const node = this.#document.getIn(path.slice(0, length), true);
      if (isNode(node)) return node.range?.[0] ?? 0;
    }
    return this.#document.contents?.range?.[0] ?? 0;
  }

  #at(offset: number, message: string): Problem {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.file, line: line || 1, column: col || 1, message, allowed: null };
  }
}

const inQuotes = 'a text that has ": " in it, in quotes';

/** What to say of faults for which the library's words are of its own parts, by how those begin. */
const faultsInWords: readonly (readonly [begins: string, message: string, allowed: string | null])[] = [
  ['Source contains multiple documents', 'a second document begins here; a policy is one document', null],
  ['Tabs are not allowed', 'a tab indents this line; YAML is indented by spaces alone', null],
  [
    'Nested mappings are not allowed in compact mappings',
    'a second key stands in the line of the first',
    `a map on the lines below its key, indented, or in { }; ${inQuotes}`,
  ],
  [
    'Block collections are not allowed within flow',
    'a map or a list begins here within { } or [ ]',
    `one in { } or [ ] of its own; ${inQuotes}`,
  ],
  [
    'Implicit map keys need to be followed by map values',
    'this stands where a key does, and has no ":" behind it',
    '"key: value"; a map on the lines below its key, indented, or in { }',
  ],
];

function faultWords({ message }: YAMLError): Pick<Problem, 'message' | 'allowed'> {
  const known = faultsInWords.find(([begins]) => message.startsWith(begins));
  if (known !== undefined) return { message: known[1], allowed: known[2] };
  return { message: `the YAML cannot be read: ${message.split('\n')[0] ?? ''}`, allowed: null };
}

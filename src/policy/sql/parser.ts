/** PostgreSQL's own parser as a port; `targets/sql-parser.ts` fills it. Offsets are bytes of UTF-8. */
export interface SqlParser {
  /** Throws on a text that the grammar refuses, and on one that is too deep for it. */
  parse(text: string): SqlTree;
  /** Tokens in order, comments included. Throws on a text that cannot be cut into tokens. */
  scan(text: string): readonly SqlToken[];
}

export interface SqlToken {
  readonly kind:
    | 'identifier'
    | 'keyword'
    | 'operator'
    | 'comment'
    | 'parameter'
    | 'number'
    /** `'…'`, `E'…'`, dollar quoted. */
    | 'string'
    /** `U&'…'`. */
    | 'unicode-string'
    /** `B'…'` and `X'…'`. */
    | 'bits';
  readonly start: number;
  readonly end: number;
  /** As written. */
  readonly text: string;
}

/** A piece of PostgreSQL's parse tree: a node stands as `{ NodeName: { field: … } }`; zero and false are left out. */
export type SqlTree =
  | null
  | boolean
  | number
  | string
  | readonly SqlTree[]
  | { readonly [field: string]: SqlTree };

export type SqlNode = { readonly [field: string]: SqlTree };

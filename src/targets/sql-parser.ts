import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import create, { type PgQueryModule } from 'libpg-query/wasm/libpg-query.js';
import { JitError } from '../errors.ts';
import type { SqlParser, SqlToken, SqlTree } from '../policy/sql/parser.ts';

/** Token numbers of libpg-query 18 (enum Token of its pg_query.proto), most of which come without a name. */
const kinds: Readonly<Record<number, SqlToken['kind']>> = {
  258: 'identifier',
  259: 'identifier', // U&"…"
  260: 'number', // with a point or an exponent
  261: 'string',
  262: 'unicode-string',
  263: 'bits',
  264: 'bits',
  266: 'number',
  267: 'parameter',
  275: 'comment', // -- …
  276: 'comment', // /* … */
};

/**
 * An instance keeps about 25 KB for every text (measured) and may grow to 1 GiB; past this it is replaced.
 */
const replaceAtBytes = 128 * 1024 * 1024;

/** PostgreSQL's parser, compiled to WebAssembly: a bundle needs `libpg-query.wasm` beside it. */
export async function loadSqlParser(): Promise<SqlParser> {
  const instance = instancesOf(await WebAssembly.compile(await readFile(wasmFile())));
  let current: PgQueryModule | null = await instance();
  let spare: PgQueryModule | null = await instance();
  const replace = () => {
    current = spare;
    spare = null;
    instance().then(
      (made) => {
        if (current === null) current = made;
        else spare = made;
      },
      () => undefined, // without an instance every text is unknown, and says so
    );
  };
  const use = (call: (module: PgQueryModule) => string): string => {
    if (current === null) {
      throw new JitError('SQL_PARSER', 'The SQL parser is being replaced. Try the statement again.');
    }
    const module = current;
    try {
      return call(module);
    } catch (thrown) {
      // an exception inside the module leaves its stack pointer where it was: the next call could corrupt it
      if (!(thrown instanceof JitError)) replace();
      throw thrown;
    } finally {
      if (current === module && module.HEAPU8.length > replaceAtBytes) replace();
    }
  };
  return {
    parse: (text) => JSON.parse(use((module) => parse(module, text))) as SqlTree,
    // the module's scanner refuses an empty text, which its parser takes for no statement
    scan: (text) => (text === '' ? [] : readTokens(use((module) => scan(module, text)))),
  };
}

/** Compiled once for all of them, which takes longer than all else of an instance. */
function instancesOf(compiled: WebAssembly.Module): () => Promise<PgQueryModule> {
  return () =>
    create({
      // at once, as nobody would learn of what fails later
      instantiateWasm(imports, ready) {
        ready(new WebAssembly.Instance(compiled, imports));
      },
    });
}

function wasmFile(): string {
  const name = 'libpg-query.wasm';
  const beside = path.join(import.meta.dirname, name);
  if (existsSync(beside)) return beside;
  try {
    return path.join(path.dirname(createRequire(import.meta.url).resolve('libpg-query')), name);
  } catch {
    throw new JitError(
      'SQL_PARSER',
      `The SQL parser is missing: expected ${name} in ${import.meta.dirname}. Use the whole of dist/.`,
    );
  }
}

function parse(module: PgQueryModule, text: string): string {
  return withText(module, text, (pointer) => {
    // struct { char *tree; char *stderr; struct { char *message; … } *error; }
    const result = module._wasm_parse_query_raw(pointer);
    if (result === 0) throw new RangeError('out of memory');
    const error = module.getValue(result + 8, 'i32');
    const message = error === 0 ? null : module.UTF8ToString(module.getValue(error, 'i32'));
    const tree = message === null ? module.UTF8ToString(module.getValue(result, 'i32')) : '';
    module._wasm_free_parse_result(result);
    if (message !== null) throw new JitError('SQL_SYNTAX', message);
    return tree;
  });
}

function scan(module: PgQueryModule, text: string): string {
  return withText(module, text, (pointer) => {
    const result = module._wasm_scan(pointer);
    const answer = module.UTF8ToString(result);
    module._wasm_free_string(result);
    if (!answer.startsWith('{')) throw new JitError('SQL_SYNTAX', answer);
    return answer;
  });
}

function withText(module: PgQueryModule, text: string, call: (pointer: number) => string): string {
  const size = module.lengthBytesUTF8(text) + 1;
  const pointer = module._malloc(size);
  module.stringToUTF8(text, pointer, size);
  const answer = call(pointer);
  module._free(pointer);
  return answer;
}

interface Scanned {
  readonly tokens: readonly {
    readonly start: number;
    readonly end: number;
    readonly text: string;
    readonly tokenType: number;
    readonly keywordKind: number;
  }[];
}

function readTokens(json: string): SqlToken[] {
  return (JSON.parse(json) as Scanned).tokens.map(({ tokenType, keywordKind, ...token }) => ({
    kind: kinds[tokenType] ?? (keywordKind > 0 ? 'keyword' : 'operator'),
    start: token.start,
    end: token.end,
    text: token.text,
  }));
}

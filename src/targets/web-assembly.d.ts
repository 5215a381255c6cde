/** What `sql-parser.ts` uses of WebAssembly, which Node has and its types do not. */
declare namespace WebAssembly {
  type Imports = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Compiled, of no memory and no state. */
  class Module {
    private readonly compiled;
  }
  class Instance {
    constructor(module: Module, imports: Imports);
    private readonly running;
  }
  function compile(bytes: Uint8Array): Promise<Module>;
}

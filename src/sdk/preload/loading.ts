import Module from 'node:module';
import vm from 'node:vm';

interface Wanted {
  isWanted(file: string): boolean;
  change(file: string, exports: unknown): unknown;
}

/** The change of a module's source, where there is to be one. Lines stay where they are. */
export type ChangeOf = (file: string) => ((source: string) => string) | undefined;

/** Of all who want something: each wrapper would take a line of a stack of ten, at every `require` in it. */
const wanted: Wanted[] = [];
const changes: ChangeOf[] = [];

/**
 * Sees every CommonJS module that is wanted once it has run, also one that an ES module imports; gives what is to be
 * its exports. What goes wrong there changes nothing.
 */
export function afterLoading(isWanted: Wanted['isWanted'], change: Wanted['change']): void {
  wanted.push({ isWanted, change });
  attend();
}

/** Changes the source of CommonJS modules before they run. */
export function beforeLoading(changeOf: ChangeOf): void {
  changes.push(changeOf);
  attend();
}

let attends = false;

function attend(): void {
  if (attends) return;
  attends = true;
  follow(
    Module.prototype,
    '_compile',
    (result, [, file], module) => {
      changeExports(module, file);
      return result;
    },
    (given) => changeSource(given, given[1]),
  );
  // Jest loads the modules of tests by itself: a function of `module` and others for each
  follow(
    vm,
    'compileFunction',
    (compiled, [, parameters, options]) => {
      const at = Array.isArray(parameters) ? parameters.indexOf('module') : -1;
      const file: unknown = Object(options).filename;
      if (at < 0 || typeof compiled !== 'function' || whoWants(file) === undefined) return compiled;
      return function loaded(this: unknown, ...given: unknown[]): unknown {
        const result: unknown = Reflect.apply(compiled, this, given);
        changeExports(given[at], file);
        return result;
      };
    },
    (given) => changeSource(given, Object(given[2]).filename),
  );
}

/** The source is the first argument. */
function changeSource(given: unknown[], file: unknown): unknown[] {
  const [source, ...others] = given;
  if (typeof source !== 'string' || typeof file !== 'string') return given;
  for (const changeOf of changes) {
    const change = changeOf(file);
    if (change !== undefined) return [change(source), ...others];
  }
  return given;
}

function whoWants(file: unknown): Wanted | undefined {
  return typeof file === 'string' ? wanted.find((each) => each.isWanted(file)) : undefined;
}

function changeExports(module: unknown, file: unknown): void {
  if (typeof module !== 'object' || module === null) return;
  const change = whoWants(file)?.change;
  if (change !== undefined)
    Reflect.set(module, 'exports', change(String(file), Reflect.get(module, 'exports')));
}

/**
 * Puts `then` behind a method: what it gives is the result. `first` gives what the method is called with. What goes
 * wrong in either changes nothing.
 */
export function follow(
  holder: object,
  name: string,
  then: (result: unknown, given: unknown[], self: unknown) => unknown,
  first: (given: unknown[]) => unknown[] = (given) => given,
): void {
  const method: unknown = Reflect.get(holder, name);
  if (typeof method !== 'function') return;
  Reflect.set(holder, name, function followed(this: unknown, ...given: unknown[]): unknown {
    const result: unknown = Reflect.apply(
      method,
      this,
      orElse(given, () => first(given)),
    );
    return orElse(result, () => then(result, given, this));
  });
}

function orElse<T>(otherwise: T, attempt: () => T): T {
  try {
    return attempt();
  } catch {
    return otherwise;
  }
}

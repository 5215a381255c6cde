import Module from 'node:module';
import vm from 'node:vm';

interface Wanted {
  isWanted(file: string): boolean;
  change(file: string, exports: unknown): unknown;
}

/** Of all who want something: each wrapper takes a line of a stack of ten, at every `require` in it. */
const wanted: Wanted[] = [];

/**
 * Sees every CommonJS module that is wanted once it has run, also one that an ES module imports; gives what is to be
 * its exports. What goes wrong there changes nothing.
 */
export function afterLoading(isWanted: Wanted['isWanted'], change: Wanted['change']): void {
  wanted.push({ isWanted, change });
  if (wanted.length === 1) followLoading();
}

function followLoading(): void {
  follow(Module.prototype, '_compile', (result, [, file], module) => {
    changeExports(module, file);
    return result;
  });
  // Jest loads the modules of tests by itself: a function of `module` and others for each
  follow(vm, 'compileFunction', (compiled, [, parameters, options]) => {
    const at = Array.isArray(parameters) ? parameters.indexOf('module') : -1;
    const file: unknown = Object(options).filename;
    if (at < 0 || typeof compiled !== 'function' || whoWants(file) === undefined) return compiled;
    return function loaded(this: unknown, ...given: unknown[]): unknown {
      const result: unknown = Reflect.apply(compiled, this, given);
      changeExports(given[at], file);
      return result;
    };
  });
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

/** Puts `then` behind a method: what it gives is the result. What goes wrong there changes nothing. */
export function follow(
  holder: object,
  name: string,
  then: (result: unknown, given: unknown[], self: unknown) => unknown,
): void {
  const method: unknown = Reflect.get(holder, name);
  if (typeof method !== 'function') return;
  Reflect.set(holder, name, function followed(this: unknown, ...given: unknown[]): unknown {
    const result: unknown = Reflect.apply(method, this, given);
    try {
      return then(result, given, this);
    } catch {
      return result;
    }
  });
}

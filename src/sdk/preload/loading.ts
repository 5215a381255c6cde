import Module from 'node:module';
import vm from 'node:vm';

/**
 * Sees every CommonJS module that is wanted once it has run, also one that an ES module imports; gives what is to be
 * its exports. What goes wrong there changes nothing.
 */
export function afterLoading(
  isWanted: (file: string) => boolean,
  change: (file: string, exports: unknown) => unknown,
): void {
  const changed = (module: unknown, file: unknown): void => {
    if (typeof file !== 'string' || typeof module !== 'object' || module === null || !isWanted(file)) return;
    Reflect.set(module, 'exports', change(file, Reflect.get(module, 'exports')));
  };
  follow(Module.prototype, '_compile', (result, [, file], module) => {
    changed(module, file);
    return result;
  });
  // Jest loads the modules of tests by itself: a function of `module` and others for each
  follow(vm, 'compileFunction', (compiled, [, parameters, options]) => {
    const at = Array.isArray(parameters) ? parameters.indexOf('module') : -1;
    const file: unknown = Object(options).filename;
    if (at < 0 || typeof compiled !== 'function' || typeof file !== 'string' || !isWanted(file))
      return compiled;
    return function loaded(this: unknown, ...given: unknown[]): unknown {
      const result: unknown = Reflect.apply(compiled, this, given);
      changed(given[at], file);
      return result;
    };
  });
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

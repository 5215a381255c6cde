import { existsSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import path from 'node:path';
import workers from 'node:worker_threads';
import { beforeLoading, type ChangeOf } from './loading.ts';

/** Changes the source of a module of a package before it runs: of one that is loaded as CommonJS, or as an ES module. */
export interface SourceChange {
  /** Name of the package in `node_modules`. */
  readonly package: string;
  /** Full path, or file URL, of the module. */
  readonly file: RegExp;
  /** Lines stay where they are. What does not look as expected stays as it is. */
  readonly change: (source: string) => string;
}

/**
 * ES modules are seen only by Node's hooks, which then see every module of the process: they are asked for only where
 * one of the packages is installed.
 */
export function changeSources(changes: readonly SourceChange[]): void {
  const changeOf: ChangeOf = (file) => changes.find((each) => each.file.test(file))?.change;
  beforeLoading(changeOf);
  if (changes.some((each) => isInstalled(each.package))) changeEsModules(changeOf);
}

function changeEsModules(changeOf: ChangeOf): void {
  // the thread in which a loader's own hooks run (tsx, ts-node, ...) ends with an error where it has others
  if (Reflect.get(workers, 'isInternalThread') !== false || !hooksAreWhole(process.versions.node)) return;
  Module.registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const { format, source } = loaded;
      const change = format === 'module' ? changeOf(url.replace(/[?#].*$/, '')) : undefined;
      if (change === undefined || source === undefined || source === null) return loaded;
      const text = typeof source === 'string' ? source : new TextDecoder().decode(source);
      return { ...loaded, source: change(text) };
    },
  });
}

/**
 * Since 22.22.3, 24.11.1 and 25.1. Before, a CommonJS module failed to load where a loader had hooks in a thread and
 * anybody else had hooks (https://github.com/nodejs/node/issues/57327).
 */
export function hooksAreWhole(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  if (major === 22) return minor > 22 || (minor === 22 && patch >= 3);
  if (major === 24) return minor > 11 || (minor === 11 && patch >= 1);
  return major > 25 || (major === 25 && minor >= 1);
}

/** Where a module beside the process's program, or in its folder, would find it. */
function isInstalled(name: string): boolean {
  const from = [path.join(process.cwd(), 'any.js'), process.argv[1] ?? ''].filter((file) =>
    path.isAbsolute(file),
  );
  const folders = new Set(from.flatMap((file) => createRequire(file).resolve.paths(name) ?? []));
  return [...folders].some((folder) => existsSync(path.join(folder, name, 'package.json')));
}

import { AsyncLocalStorage } from 'node:async_hooks';
import { formatOrigin } from '../../protocol/origin.ts';
import { type Place, placesAbove } from '../origin.ts';

/** Test files by what runners look for: their names first, then folders whose files are mostly helpers of tests. */
const testNames = /[._-](test|spec|e2e|cy)\.[cm]?[jt]sx?$/;
const testFolders = /[\\/](tests?|__tests__|specs?|e2e)[\\/]/;

/** Knows from where in the suite's own code something is called. Never throws. */
export class Places {
  readonly #roots: readonly string[];
  readonly #kept = new AsyncLocalStorage<string>();
  /** What was found in the places of a stack, which are the same list for the same stack. */
  readonly #found = new WeakMap<readonly Place[], string | null>();

  constructor(roots: readonly string[]) {
    this.#roots = roots.map((root) => withDrive(root).replace(/[\\/]$/, ''));
  }

  /** `file:line` for a gate; empty where it is not known. */
  current(): string {
    return this.#onStack() ?? this.#kept.getStore() ?? '';
  }

  /** What `work` calls later, when its stack has gone, comes from where we are now. */
  keep<T>(work: () => T): T {
    return this.keepAt(this.current(), work);
  }

  /** The same for a place that was the current one before. */
  keepAt<T>(place: string, work: () => T): T {
    return place === '' ? work() : this.#kept.run(place, work);
  }

  /** A callback that is called for us by somebody else's stack. */
  bind<A extends unknown[], R>(callback: (...given: A) => R): (...given: A) => R {
    const place = this.current();
    const kept = this.#kept;
    return function bound(this: unknown, ...given: A): R {
      return kept.run(place, () => callback.apply(this, given));
    };
  }

  #onStack(): string | null {
    try {
      const places = placesAbove();
      const known = this.#found.get(places);
      if (known !== undefined) return known;
      const found = this.#ownIn(places);
      this.#found.set(places, found);
      return found;
    } catch {
      return null;
    }
  }

  #ownIn([self, ...above]: readonly Place[]): string | null {
    const own = above.filter(({ file }) => file !== self?.file && this.#isOwn(file));
    const found =
      own.find(({ file }) => testNames.test(file)) ?? own.find((place) => this.#isHelper(place)) ?? own[0];
    return found === undefined ? null : formatOrigin(found);
  }

  #isOwn(file: string): boolean {
    return this.#below(file) !== null;
  }

  /** By its path below the repository: the repository itself may lie in a folder called `test`. */
  #isHelper({ file }: Place): boolean {
    return testFolders.test(this.#below(file) ?? '');
  }

  /** The path below the repository, its first separator included; null outside. */
  #below(told: string): string | null {
    const file = withDrive(told);
    const root = this.#roots.find((each) => file.startsWith(each) && /[\\/]/.test(file.charAt(each.length)));
    return root === undefined ? null : file.slice(root.length);
  }
}

/** Windows tells the letter of a drive in either case. */
function withDrive(file: string): string {
  return file.replace(/^[a-z]:/, (drive) => drive.toUpperCase());
}

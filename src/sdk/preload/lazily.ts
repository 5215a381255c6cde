import type { Places } from './places.ts';
import type { Due } from './postgres.ts';
import { changeSources, type SourceChange } from './sources.ts';

/**
 * Packages whose queries are made in the suite's own stack and start when they are awaited, by nobody's: postgres.js,
 * which also sends them from a queue, and Drizzle. Both hide their classes, so a few words are added to their source.
 */
export function tellLazyQueries(places: Places, due: Due): void {
  const made = new WeakMap<object, string>();
  const placeOf = (query: object): string => made.get(query) ?? '';
  // a class that others extend, mix in and compare with stays the class that it is
  const remembering = (Base: Class): Class =>
    new Proxy(Base, {
      construct(target, given, newTarget) {
        const query: object = Reflect.construct(target, given, newTarget);
        made.set(query, places.current());
        return query;
      },
    });
  const helpers: Helpers = {
    remembering,
    keeping(Base) {
      const { then }: { then?: unknown } = Base.prototype;
      if (typeof then === 'function')
        Reflect.set(
          Base.prototype,
          'then',
          function keepingPlace(this: object, ...given: unknown[]): unknown {
            return places.keepAt(placeOf(this), () => Reflect.apply(then, this, given));
          },
        );
      return remembering(Base);
    },
    before(query, socket, bytes) {
      const told = due(socket, placeOf(query));
      return told === null ? bytes : Buffer.concat([told, bytes]);
    },
  };
  // Jest and others run modules in a realm of their own: of what these see, Buffer is Node's own
  Object.defineProperty(Buffer, Symbol.for(key), { value: helpers });
  changeSources(changes);
}

type Class = new (...given: unknown[]) => object;

interface Helpers {
  /** Each object remembers where it was made. */
  remembering(Base: Class): Class;
  /** Each runs there, too. */
  keeping(Base: Class & { readonly prototype: object }): Class;
  /** The messages of a query, behind what the gate has to be told of it. */
  before(query: object, socket: unknown, bytes: Buffer): Buffer;
}

const key = 'jit-approval.origins';
const helper = (name: keyof Helpers): string => `Buffer[Symbol.for('${key}')].${name}`;
const behind =
  (name: string, value: keyof Helpers, binding = name) =>
  (source: string): string =>
    `${source}\ntry { ${binding} = ${helper(value)}(${name}) } catch {}\n`;

const changes: readonly SourceChange[] = [
  {
    package: 'postgres',
    file: /[\\/]node_modules[\\/]postgres[\\/]src[\\/]query\.js$/,
    change: behind('Query', 'remembering'),
  },
  {
    package: 'postgres',
    file: /[\\/]node_modules[\\/]postgres[\\/]cjs[\\/]src[\\/]query\.js$/,
    change: behind('Query', 'remembering', 'module.exports.Query'),
  },
  {
    package: 'postgres',
    file: /[\\/]node_modules[\\/]postgres[\\/](cjs[\\/])?src[\\/]connection\.js$/,
    change: (source) =>
      source.replace(/\bwrite\(toBuffer\(q\)\)/, `write(${helper('before')}(q, socket, toBuffer(q)))`),
  },
  {
    package: 'drizzle-orm',
    file: /[\\/]node_modules[\\/]drizzle-orm[\\/]query-promise\.c?js$/,
    change: behind('QueryPromise', 'keeping'),
  },
  {
    // a select is no promise of that class, but takes its methods over
    package: 'drizzle-orm',
    file: /[\\/]node_modules[\\/]drizzle-orm[\\/]query-builders[\\/]query-builder\.c?js$/,
    change: behind('TypedQueryBuilder', 'remembering'),
  },
];

import type { Places } from './places.ts';
import type { Due } from './postgres.ts';
import { changeSources, type SourceChange } from './sources.ts';

/**
 * Packages whose calls are made in the suite's own stack and start in nobody's, when they are awaited or later:
 * postgres.js, which also sends from a queue, Drizzle, Prisma where `pg` is its driver, and got. They hide what makes
 * these, so a few words are added to their source.
 */
export function tellLazyCalls(places: Places, due: Due): void {
  const made = new WeakMap<object, string>();
  const placeOf = (query: object): string => made.get(query) ?? '';
  // a class that others extend, mix in and compare with stays the class that it is
  const remembering = (Base: Class): Class => {
    const Remembering = new Proxy(Base, {
      construct(target, given, newTarget) {
        const query: object = Reflect.construct(target, given, newTarget);
        made.set(query, places.current());
        return query;
      },
    });
    Reflect.set(Base.prototype, 'constructor', Remembering);
    return Remembering;
  };
  const helpers: Helpers = {
    remembering,
    keeping(Base, name = 'then') {
      const start: unknown = Reflect.get(Base.prototype, name);
      if (typeof start === 'function')
        Reflect.set(Base.prototype, name, function keepingPlace(this: object, ...given: unknown[]): unknown {
          return places.keepAt(placeOf(this), () => Reflect.apply(start, this, given));
        });
      return remembering(Base);
    },
    making:
      (make) =>
      (start, ...others) =>
        make(places.bind(start), ...others),
    before(query, socket, bytes) {
      const told = due(socket, placeOf(query));
      return told === null ? bytes : Buffer.concat([told, bytes]);
    },
  };
  // Jest and others run modules in a realm of their own: of what these see, Buffer is Node's own
  Object.defineProperty(Buffer, Symbol.for(key), { value: helpers });
  changeSources(changes);
}

interface Class {
  new (...given: unknown[]): object;
  readonly prototype: object;
}

type Start = (...given: unknown[]) => unknown;

interface Helpers {
  /** Each object remembers where it was made. */
  remembering(Base: Class): Class;
  /** Each starts there, too, by the method of this name. */
  keeping(Base: Class, name?: string): Class;
  /** Prisma: a promise is made of what starts it, which then runs where the promise was made. */
  making(make: (...given: [start: Start, ...unknown[]]) => unknown): typeof make;
  /** The messages of a query, behind what the gate has to be told of it. */
  before(query: object, socket: unknown, bytes: Buffer): Buffer;
}

const key = 'jit-approval.origins';
/** In the words of a module; `otherwise` in a realm whose Buffer is another one. */
const helper = (name: keyof Helpers, otherwise: string): string =>
  `(globalThis.Buffer?.[Symbol.for('${key}')]?.${name} ?? (${otherwise}))`;
const behind =
  (given: string, name: keyof Helpers, binding = given) =>
  (source: string): string =>
    `${source}\ntry { ${binding} = ${helper(name, '(same) => same')}(${given}) } catch {}\n`;

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
      source.replace(
        /\bwrite\(toBuffer\(q\)\)/,
        `write(${helper('before', '(query, socket, bytes) => bytes')}(q, socket, toBuffer(q)))`,
      ),
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
  {
    package: 'got',
    file: /[\\/]node_modules[\\/]got[\\/]dist[\\/]source[\\/]core[\\/]index\.js$/,
    change: behind("Request, 'flush'", 'keeping', 'Request'),
  },
  {
    // minified: of a client, and of one inside a transaction
    package: '@prisma/client',
    file: /[\\/]node_modules[\\/]@prisma[\\/]client[\\/]runtime[\\/]client\.m?js$/,
    change: (source) =>
      source.replace(
        /(\b_createPrismaPromise(?:=|",\(\)=>))([\w$]+\([\w$]*\))/g,
        `$1${helper('making', '(same) => same')}($2)`,
      ),
  },
];

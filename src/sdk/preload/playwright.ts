import { afterLoading, follow } from './loading.ts';
import type { Places } from './places.ts';

const bundle = /[\\/]playwright-core[\\/]lib[\\/]coreBundle\.js$/;

/**
 * Requests of Playwright's `request` (the fixture, and `request.newContext()`): they are made by `node:http` at last,
 * but behind a channel of Playwright's own, where the stack of the test has gone. What a browser requests has no line.
 */
export function tellPlaywright(places: Places): void {
  const known = new WeakSet<object>();
  afterLoading(
    (file) => bundle.test(file),
    (_, exports) => {
      const entry: unknown = Object(Object(Object(exports).inprocess).playwright).request;
      const maker: unknown =
        typeof entry === 'object' && entry !== null ? Object.getPrototypeOf(entry) : null;
      if (typeof maker !== 'object' || maker === null) return exports;
      follow(maker, 'newContext', (made) =>
        made instanceof Promise ? made.then((context: unknown) => keepFetch(context, places, known)) : made,
      );
      return exports;
    },
  );
}

/** `get`, `post` and the others all go through `fetch`. */
function keepFetch(context: unknown, places: Places, known: WeakSet<object>): unknown {
  const shared: unknown = Object.getPrototypeOf(Object(context));
  const fetch: unknown = Reflect.get(Object(shared), 'fetch');
  if (typeof shared !== 'object' || shared === null || known.has(shared) || typeof fetch !== 'function')
    return context;
  known.add(shared);
  Reflect.set(shared, 'fetch', function keeping(this: unknown, ...given: unknown[]): unknown {
    return places.keep(() => Reflect.apply(fetch, this, given));
  });
  return context;
}

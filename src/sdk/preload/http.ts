import { AsyncLocalStorage } from 'node:async_hooks';
import { channel } from 'node:diagnostics_channel';
import http, { ClientRequest } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { originHeader } from '../../protocol/origin.ts';
import { afterLoading } from './loading.ts';
import type { Places } from './places.ts';

/**
 * Requests to the run's own gates say where they come from in a header, which the gate takes away: those to a base URL
 * that a gate took over, and the CONNECT by which fetch and undici open a tunnel through the proxy. Nothing that goes
 * to any other address is touched.
 */
export function tellHttp(places: Places, ports: ReadonlySet<number>): void {
  const isGate = (address: string): boolean => {
    const match = /^(?:http:\/\/)?(?:127\.0\.0\.1|localhost):(\d+)\/?$/.exec(address);
    return match !== null && ports.has(Number(match[1]));
  };
  tellNodeHttp(places, isGate);
  tellUndici(places, isGate);
}

function tellNodeHttp(places: Places, isGate: (address: string) => boolean): void {
  const { request } = http;
  function telling(this: unknown, ...given: unknown[]): unknown {
    const made: unknown = Reflect.apply(request, this, given);
    // headers given as a list are written already
    if (made instanceof ClientRequest && !made.headersSent && isGate(String(made.getHeader('host')))) {
      const place = places.current();
      if (place !== '') made.setHeader(originHeader, place);
    }
    return made;
  }
  // node's own `get` would end the request before a header could be added
  function get(this: unknown, ...given: unknown[]): unknown {
    const made = telling.apply(this, given);
    if (made instanceof ClientRequest) made.end();
    return made;
  }
  Object.defineProperty(telling, 'name', { value: 'request' });
  Reflect.set(http, 'request', telling);
  Reflect.set(http, 'get', get);
  syncBuiltinESMExports();
}

function tellUndici(places: Places, isGate: (address: string) => boolean): void {
  keepThroughPools(places);
  // the stack at a request that `fetch` makes is undici's own, and deep: looked at once, when `fetch` is called
  const fetching = new AsyncLocalStorage<string>();
  channel('undici:request:create').subscribe((message) => {
    try {
      const request: unknown = Object(message).request;
      const { origin, addHeader } = Object(request);
      if (!isGate(String(origin)) || typeof addHeader !== 'function') return;
      const place = fetching.getStore() ?? places.current();
      if (place !== '') Reflect.apply(addHeader, request, [originHeader, place]);
    } catch {
      // the request goes as it is
    }
  });
  const { fetch } = globalThis;
  if (typeof fetch !== 'function') return;
  globalThis.fetch = function keeping(...given: Parameters<typeof fetch>) {
    return fetching.run(places.current(), () => fetch(...given));
  };
  Object.defineProperty(globalThis.fetch, 'name', { value: 'fetch' });
}

/** A request that waits for a free connection of a pool is handed on when another one ends, by that one's stack. */
function keepThroughPools(places: Places): void {
  const made = new WeakMap<object, string>();
  afterLoading(
    (file) => /[\\/]undici[\\/]lib[\\/]dispatcher[\\/]dispatcher-base\.js$/.test(file),
    (_, exports) => {
      const shared: unknown = Object(exports).prototype;
      const dispatch: unknown = Object(shared).dispatch;
      if (typeof shared !== 'object' || shared === null || typeof dispatch !== 'function') return exports;
      Reflect.set(shared, 'dispatch', function keeping(this: unknown, ...given: unknown[]): unknown {
        const request: object = Object(given[1]);
        const place = made.get(request) ?? places.current();
        made.set(request, place);
        return places.keepAt(place, () => Reflect.apply(dispatch, this, given));
      });
      return exports;
    },
  );
}

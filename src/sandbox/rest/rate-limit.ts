import type { World } from '../world.ts';

export interface RateState {
  readonly headers: Record<string, string>;
  readonly exceeded: boolean;
  /** A 304 does not count. */
  giveBack(): void;
}

interface Window {
  used: number;
  reset: number;
}

const windows = new WeakMap<World, Map<string, Window>>();
const hour = 3600;

function windowOf(world: World, key: string): Window {
  const ofWorld = windows.get(world) ?? new Map<string, Window>();
  windows.set(world, ofWorld);
  const now = Math.floor(world.now().getTime() / 1000);
  const known = ofWorld.get(key);
  if (known && known.reset > now) return known;
  const fresh = { used: 0, reset: now + hour };
  ofWorld.set(key, fresh);
  return fresh;
}

/** Counts one request of the holder of a credential; `exceeded` when the hour's limit is used up. */
export function charge(world: World, key: string): RateState {
  const window = windowOf(world, key);
  window.used += 1;
  const state: RateState = {
    headers: headersOf(world, window),
    exceeded: window.used > world.rateLimit,
    giveBack() {
      window.used -= 1;
      Object.assign(state.headers, headersOf(world, window));
    },
  };
  return state;
}

export function rateOf(world: World, key: string): Record<'limit' | 'used' | 'remaining' | 'reset', number> {
  const { used, reset } = windowOf(world, key);
  return { limit: world.rateLimit, used, remaining: Math.max(0, world.rateLimit - used), reset };
}

function headersOf(world: World, window: Window): Record<string, string> {
  return {
    'x-ratelimit-limit': String(world.rateLimit),
    'x-ratelimit-remaining': String(Math.max(0, world.rateLimit - window.used)),
    'x-ratelimit-reset': String(window.reset),
    'x-ratelimit-used': String(window.used),
    'x-ratelimit-resource': 'core',
  };
}

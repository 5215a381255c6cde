import { setTimeout } from 'node:timers/promises';

/** Between two looks at another process, which cannot be awaited. Milliseconds. */
const pauseMs = 50;

/** Looks again and again until something holds; throws after `limitMs`, saying what was awaited. */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  limitMs = 60_000,
): Promise<NonNullable<Exclude<T, false>>> {
  const end = Date.now() + limitMs;
  for (;;) {
    const found = await look();
    if (isThere(found)) return found;
    if (Date.now() > end) throw new Error(`waited ${limitMs / 1000} s until ${what}, in vain`);
    await setTimeout(pauseMs);
  }
}

function isThere<T>(found: T): found is NonNullable<Exclude<T, false>> {
  return found !== null && found !== undefined && found !== false;
}

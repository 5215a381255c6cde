import { originVariable } from '../../protocol/origin.ts';
import { tellHttp } from './http.ts';
import { tellLazyCalls } from './lazy-calls.ts';
import { Places } from './places.ts';
import { tellPlaywright } from './playwright.ts';
import { dueToGates, tellPostgres } from './postgres.ts';

/**
 * Preloaded into every Node process of a suite (`--require` in NODE_OPTIONS): tells the gates which line of the suite a
 * call comes from. Prints nothing, throws nothing, and does nothing without a run.
 */
try {
  const { roots, ports } = told();
  if (ports.size > 0) {
    const places = new Places(roots);
    const due = dueToGates(ports);
    tellPostgres(places, due);
    tellHttp(places, ports);
    tellPlaywright(places);
    tellLazyCalls(places, due);
  }
} catch {
  // a suite without origins is better than none
}

/** What `originEnvironment` of the suite wrote. */
function told(): { roots: string[]; ports: Set<number> } {
  const { roots, ports }: { roots?: unknown; ports?: unknown } = Object(
    JSON.parse(process.env[originVariable] ?? '{}'),
  );
  return {
    roots: list(roots).filter((root) => typeof root === 'string'),
    ports: new Set(list(ports).filter((port) => typeof port === 'number')),
  };
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

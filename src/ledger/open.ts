import type { Ledger } from './port.ts';
import { sqliteLedger } from './sqlite.ts';

/** Where a ledger is: the path of a SQLite file, or `postgresql://…`. */
export function isPostgres(place: string): boolean {
  return /^postgres(ql)?:\/\//i.test(place);
}

/** The client of PostgreSQL is loaded only where one is asked for. */
export async function openLedger(
  place: string,
  options: { readonly readOnly?: boolean } = {},
): Promise<Ledger> {
  if (!isPostgres(place)) return sqliteLedger(place, options);
  const { postgresLedger } = await import('./postgres.ts');
  return postgresLedger(place, options);
}

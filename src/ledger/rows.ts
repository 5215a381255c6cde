import type { Entry, Head } from './chain.ts';
import type { KnownPull } from './port.ts';

/** A row as a database's client gives it; both databases name their columns alike. */
export type Row = Readonly<Record<string, unknown>>;

export function pullRow(row: Row): KnownPull {
  return {
    key: { repository: String(row.repository), number: Number(row.number) },
    installation: Number(row.installation),
  };
}

export function headRow(row: Row): Head {
  return {
    repository: String(row.repository),
    sequence: Number(row.sequence),
    hash: String(row.hash),
  };
}

export function entryRow(row: Row): Entry {
  return {
    repository: String(row.repository),
    sequence: Number(row.sequence),
    number: Number(row.number),
    at: String(row.at),
    type: String(row.type),
    content: String(row.content),
    hash: String(row.hash),
    kept: row.body === null ? null : { salt: String(row.salt), body: String(row.body) },
  };
}

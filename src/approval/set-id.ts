import { createHash } from 'node:crypto';
import { actionId } from './fingerprint.ts';

/** Length of a set id: `approve-all:` and it fill the 20 characters of a button's identifier. */
export const setIdLength = 8;

/**
 * Names a head and what is shown there, each id with how often it was denied or revoked, in any order. A comment
 * carries no head, so `all` must name what its writer saw: after a push or another hold the set id is another one,
 * and the old one is refused. 40 bits without a secret would have twins, found in seconds: two heads, one harmless
 * and one not, of one set id. Hence the salt, which only the ledger knows.
 */
export function setId(head: string, ids: readonly string[], salt: string): string {
  const canonical = JSON.stringify(['jit-approval/set/2', salt, head, [...new Set(ids)].sort()]);
  return actionId(createHash('sha256').update(canonical).digest('hex'), setIdLength);
}

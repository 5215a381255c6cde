/** Names and external ids of the check runs that the App makes. */

/** All of them begin so. */
export const checkNamePrefix = 'JIT approval';

/** The gate: the check to require, one per base branch. */
export const gateCheckName = (base: string): string => `${checkNamePrefix}: ${base}`;
export const actionCheckName = (id: string): string => `${checkNamePrefix} / ${id}`;
/** Grants that the gate's text has no room for; from 2, as the gate is the first. */
export const grantsCheckName = (part: number): string => `${checkNamePrefix} grants ${part}`;

/**
 * `external_id` says which check run is which and what was written there, so that a reconciliation compares
 * our own words with our own words and not with what GitHub made of them. `annotations` names the set that
 * was appended whole; empty while a batch is missing.
 */
export interface CheckIdentity {
  readonly pullRequest: number;
  readonly role: 'gate' | 'hold' | 'grants';
  /** Base, action id or part number. */
  readonly key: string;
  readonly digest: string;
  readonly annotations: string;
}

const pattern = /^jit\/([1-9]\d{0,9})\/(gate|hold|grants)\/([0-9a-f]{16})\/([0-9a-f]{0,16})\/(.*)$/s;

export function writeExternalId(identity: CheckIdentity): string {
  const { pullRequest, role, key, digest, annotations } = identity;
  return `jit/${pullRequest}/${role}/${digest}/${annotations}/${key}`;
}

/** Null for what is none of ours. */
export function readExternalId(text: string | null): CheckIdentity | null {
  const found = pattern.exec(text ?? '');
  if (found === null) return null;
  const [, number = '', role = '', digest = '', annotations = '', key = ''] = found;
  if (role !== 'gate' && role !== 'hold' && role !== 'grants') return null;
  return { pullRequest: Number(number), role, key, digest, annotations };
}

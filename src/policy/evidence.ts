import type { Facts, RuleRef } from './verdict.ts';

/** A number that a flagging rule read, as an approval binds it. */
export interface Evidence {
  readonly name: 'estimatedRows';
  /** The power of ten up to which it is covered: a number that grows a little is the same runtime action. */
  readonly upTo: string;
}

/** What of the facts the flagging rules read. Unknown numbers are none: the verdict says that they are unknown. */
export function evidenceOf(facts: Facts, rules: readonly RuleRef[]): Evidence[] {
  const rows = facts.estimatedRows;
  if (rows?.known !== true || !rules.some((rule) => rule.readsRows === true)) return [];
  return [{ name: 'estimatedRows', upTo: nextPowerOfTen(rows.value) }];
}

/** In digits, so that no number is written in two ways. */
export function nextPowerOfTen(value: number): string {
  let power = 1n;
  while (power < BigInt(Math.ceil(value))) power *= 10n;
  return `${power}`;
}

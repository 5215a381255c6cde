/**
 * What people read of a job's identity `<key>-<index>-<use>`: the key, with a number where a matrix has several,
 * and the use only where the action stands under an id of its own.
 */
export function jobLabel(identity: string): string {
  const match = /^(.+)-(\d+)-([^-]+)$/.exec(identity);
  if (match === null) return identity;
  const [, key = identity, index, use = ''] = match;
  const number = index === '0' ? '' : ` #${Number(index) + 1}`;
  return use.startsWith('__') ? `${key}${number}` : `${key}${number} (${use})`;
}

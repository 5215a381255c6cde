/** What people do on one pull request, from its opening to its end. */
export const kinds = [
  'left alone',
  'approved by a comment',
  'approved one by one',
  'approved all at once',
  'approved and pushed to',
  'approved and revoked',
  'denied',
  'closed',
  'asked for help',
] as const;

export interface Story {
  /** Head branch: what the pull request is found by. */
  readonly branch: string;
  readonly kind: (typeof kinds)[number];
  /** Users that its suite wants to delete, one runtime action each. */
  readonly users: readonly string[];
  readonly maintainer: 'alice' | 'bob';
}

/** Of every kind in turn; the storm alone is random. */
export function stories(count: number): readonly Story[] {
  return Array.from({ length: count }, (_, index) => ({
    branch: `change-${index}`,
    kind: kinds[index % kinds.length] ?? 'left alone',
    users: Array.from({ length: 1 + (index % 4) }, (__, user) => `${index * 10 + user}`),
    maintainer: index % 2 === 0 ? 'alice' : 'bob',
  }));
}

import type { Target } from '../policy/action.ts';

export interface DeclaredLocalTarget {
  readonly name: string;
  readonly kind: 'command' | 'call';
  readonly disposable: boolean;
}

/**
 * Targets of commands and calls: a name that the caller gives, as there is no address to see. Without a name
 * it is the kind itself.
 */
export function localTargets(
  declared: readonly DeclaredLocalTarget[],
): (kind: 'command' | 'call', name: string | null) => Target {
  return (kind, name) => {
    const found = declared.find((entry) => entry.kind === kind && entry.name === name);
    const called = name ?? kind;
    return {
      name: called,
      kind,
      declared: found !== undefined,
      disposable: found?.disposable ?? false,
      identity: called,
      host: null,
      port: null,
      database: null,
    };
  };
}

/** What a gate needs at its first connection only, as it takes a while to load. */
export interface OnceLoaded<T> {
  /** The first call loads. What failed to load is tried again at the next. */
  readonly get: () => Promise<T>;
  /** What is loaded, or is being loaded; null where nothing is. Loads nothing. */
  readonly loaded: () => Promise<T | null>;
}

export function onceLoaded<T>(load: () => Promise<T>): OnceLoaded<T> {
  let loading: Promise<T> | null = null;
  return {
    get: () => {
      loading ??= load().catch((thrown: unknown) => {
        loading = null;
        throw thrown;
      });
      return loading;
    },
    loaded: async () => loading?.catch(() => null) ?? null,
  };
}

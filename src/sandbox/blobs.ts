import { randomUUID } from 'node:crypto';

/** Logs and artifacts are downloaded from unguessable addresses that need no token, as from GitHub's storage. */
export class Blobs {
  readonly #granted = new Map<string, { readonly kind: 'log' | 'artifact'; readonly id: number }>();

  grant(kind: 'log' | 'artifact', id: number): string {
    const key = randomUUID();
    this.#granted.set(key, { kind, id });
    return key;
  }

  find(key: string): { readonly kind: 'log' | 'artifact'; readonly id: number } | null {
    return this.#granted.get(key) ?? null;
  }
}

import type { Plugin } from 'esbuild';

/**
 * undici as a whole takes 80 ms to load: its fetch, its caches, its mocks. Whoever imports it in the bundle gets less.
 *
 * - The gates, while the suite's first statements wait: the two parts that they use, 28 ms.
 * - @actions/core and @actions/github import it for OIDC tokens and for proxies: they load it when they need it.
 */
export function lessUndici(root: string): Plugin {
  return {
    name: 'as much of undici as is needed',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^undici$/ }, ({ importer, kind }) => {
        if (/[\\/]node_modules[\\/]@actions[\\/]/.test(importer)) return { path: 'later', namespace };
        const ours = kind === 'import-statement' && !/[\\/]node_modules[\\/]/.test(importer);
        return ours ? { path: 'parts', namespace } : null;
      });
      onLoad({ filter: /.*/, namespace }, ({ path }) => ({
        resolveDir: root,
        contents: path === 'later' ? later : parts,
      }));
    },
  };
}

const namespace = 'less-undici';

/** What else is imported fails the build. */
const parts = `
  export { default as Agent } from 'undici/lib/dispatcher/agent.js';
  export { default as buildConnector } from 'undici/lib/core/connect.js';`;

/** By import, not by require: that would put undici beside what is loaded at once. */
const later = `
  export class ProxyAgent {
    #made;
    constructor(...options) {
      this.options = options;
    }
    made(undici) {
      this.#made ??= new undici.ProxyAgent(...this.options);
      return this.#made;
    }
  }
  export async function fetch(address, request) {
    const { default: undici } = await import('undici');
    const dispatcher = request?.dispatcher;
    if (!(dispatcher instanceof ProxyAgent)) return undici.fetch(address, request);
    return undici.fetch(address, { ...request, dispatcher: dispatcher.made(undici) });
  }`;

import type { Plugin } from 'esbuild';

/**
 * Of what takes long to load, whoever imports it in the bundle gets what is needed then.
 *
 * - undici as a whole takes 80 ms: its fetch, its caches, its mocks. The gates load the two parts that they use, 28 ms,
 *   while the suite's first statements wait.
 * - @actions/core and @actions/github import undici and `tunnel` (with `assert`, 7 ms) for OIDC tokens and for proxies:
 *   they load them when they need them.
 */
export function lessAtStart(root: string): Plugin {
  return {
    name: 'what is needed, when it is needed',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^(undici|tunnel)$/ }, ({ path, importer, kind }) => {
        if (/[\\/]node_modules[\\/]@actions[\\/]/.test(importer)) return { path, namespace };
        const gates = path === 'undici' && kind === 'import-statement' && !/node_modules/.test(importer);
        return gates ? { path: 'parts', namespace } : null;
      });
      onLoad({ filter: /.*/, namespace }, ({ path }) => ({
        resolveDir: root,
        contents: contents[path] ?? '',
      }));
    },
  };
}

const namespace = 'less-at-start';

/** What else is imported from the parts fails the build. */
const contents: Readonly<Record<string, string>> = {
  parts: `
  export { default as Agent } from 'undici/lib/dispatcher/agent.js';
  export { default as buildConnector } from 'undici/lib/core/connect.js';`,
  // by import, not by require: that would put undici beside what is loaded at once
  undici: `
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
  }`,
  tunnel: ['httpOverHttp', 'httpsOverHttp', 'httpOverHttps', 'httpsOverHttps']
    .map((name) => `exports.${name} = (options) => require('tunnel').${name}(options);`)
    .join('\n'),
};

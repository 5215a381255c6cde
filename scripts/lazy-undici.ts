import type { Plugin } from 'esbuild';

/**
 * @actions/core and @actions/github import undici, whose loading takes 60 ms of each start, for OIDC tokens and for
 * proxies. In the bundle they load it when they need it.
 */
export function lazyUndici(root: string): Plugin {
  return {
    name: 'undici of the toolkit, when it is needed',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^undici$/ }, ({ importer }) =>
        /[\\/]node_modules[\\/]@actions[\\/]/.test(importer)
          ? { path: 'undici', namespace: 'lazy-undici' }
          : null,
      );
      onLoad({ filter: /.*/, namespace: 'lazy-undici' }, () => ({
        resolveDir: root,
        // by import, not by require: that would put undici beside what is loaded at once
        contents: `
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
      }));
    },
  };
}

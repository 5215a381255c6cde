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
        contents: `
          export const fetch = (...request) => require('undici').fetch(...request);
          export class ProxyAgent {
            constructor(...options) {
              return new (require('undici').ProxyAgent)(...options);
            }
          }`,
      }));
    },
  };
}

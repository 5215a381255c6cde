import http from 'node:http';
import type { Plugin } from 'esbuild';

/**
 * An ES module that imports `node:http` makes Node read everything that it exports; WebSocket among it, for which
 * the whole of its built-in undici is loaded: 25 ms of each start. `require` reads only what is asked for.
 */
export const httpWithoutGlobals: Plugin = {
  name: 'node:http without its globals',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:)?http$/ }, ({ kind }) =>
      kind === 'import-statement' ? { path: 'node:http', namespace: 'plain-http' } : null,
    );
    onLoad({ filter: /.*/, namespace: 'plain-http' }, () => ({
      contents: [
        "const http = require('node:http');",
        'export default http;',
        ...plainNames().map((name) => `export const ${name} = http.${name};`),
      ].join('\n'),
    }));
  },
};

/** What is there without being made first. */
function plainNames(): string[] {
  const isPlain = (name: string) => Object.getOwnPropertyDescriptor(http, name)?.get === undefined;
  return Object.keys(http).filter(isPlain);
}

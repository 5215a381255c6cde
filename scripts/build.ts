/**
 * Bundles dist/: four entries and a thread's for Node 22, the suite's preload, the SQL parser's wasm, and the
 * launcher of the action.
 */
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { build } from 'esbuild';
import { httpWithoutGlobals } from './http-without-globals.ts';
import { lessAtStart } from './less-at-start.ts';

const root = path.resolve(import.meta.dirname, '..');
const dist = path.join(root, 'dist');
const require = createRequire(import.meta.url);

// CommonJS packages inside an ES module bundle call require() for Node's own modules
const banner = `import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import { fileURLToPath as __fileURLToPath } from 'node:url';
import { dirname as __dirnameOf } from 'node:path';
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);`;

await rm(dist, { recursive: true, force: true });
await mkdir(dist);
const common = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  outdir: dist,
  absWorkingDir: root,
  // identifiers stay: keeping the names of shortened ones costs a call for every closure that is made
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'warning',
} as const;
const readable = { minifySyntax: false, minifyWhitespace: false };
await build({
  ...common,
  banner: { js: banner },
  plugins: [httpWithoutGlobals, lessAtStart(root)],
  // what entries share stands once, beside them: the parser looks for its wasm in its own folder
  splitting: true,
  chunkNames: 'shared-[hash]',
  entryPoints: {
    action: 'src/action/main.ts',
    cli: 'src/cli/main.ts',
    app: 'src/app/main.ts',
    // src/targets/sql-thread.ts looks for it by this name
    'sql-thread-entry': 'src/targets/sql-thread-entry.ts',
  },
});
// the SDK runs in other people's processes: readable, without a banner
await build({ ...common, ...readable, entryPoints: { sdk: 'src/sdk/index.ts' } });
// the preload runs before anything of a suite's Node processes, of whatever version they are
await build({
  ...common,
  format: 'cjs',
  target: 'node18',
  ...readable,
  outExtension: { '.js': '.cjs' },
  entryPoints: { preload: 'src/sdk/preload/main.ts' },
});
await copyFile(
  path.join(path.dirname(require.resolve('libpg-query')), 'libpg-query.wasm'),
  path.join(dist, 'libpg-query.wasm'),
);
await copyFile(path.join(root, 'src/action/launch.sh'), path.join(dist, 'launch.sh'));

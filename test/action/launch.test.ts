import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { folderFor } from '../sandbox/runner/harness.ts';
import { launch, nodeAndSystem } from './launch.ts';
import { nodeOfVersion, toolsOnly } from './paths.ts';

/** Tells what the launcher gave it, as one line of JSON. */
const program = `import { readFileSync } from 'node:fs';
const handed = readFileSync(3, 'utf8').split('\\0').filter(Boolean);
const environ = readFileSync('/proc/self/environ', 'utf8').split('\\0').filter(Boolean);
console.log(JSON.stringify({ argv: process.argv.slice(2), handed, environ, own: process.env, pid: process.pid }));
`;

function launcher(t: TestContext): string {
  const folder = folderFor(t, { 'action.js': program, 'package.json': '{"type":"module"}' });
  copyFileSync(new URL('../../src/action/launch.sh', import.meta.url), join(folder, 'launch.sh'));
  return join(folder, 'launch.sh');
}

test('the program gets the whole environment over file descriptor 3, line breaks included', async (t) => {
  const secret = 'a secret\nwith two lines = and signs';
  const { code, stdout } = await launch(launcher(t), 'suite', {
    PATH: nodeAndSystem,
    SECRET: secret,
    HOME: '/tmp',
  });
  assert.equal(code, 0);
  const told = JSON.parse(stdout);
  assert.deepEqual(told.argv, ['suite']);
  assert.ok(told.handed.includes(`SECRET=${secret}`));
});

test('the program has nothing in its own environment but what Node needs', async (t) => {
  const { stdout } = await launch(launcher(t), 'suite', {
    PATH: nodeAndSystem,
    HOME: '/tmp',
    JIT_INPUT_GITHUB_TOKEN: 'ghs_secret',
    DATABASE_URL: 'postgres://u:p@h/d',
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'id-secret',
    NODE_OPTIONS: '--max-old-space-size=99',
  });
  const told = JSON.parse(stdout);
  const names = told.environ.map((entry: string) => entry.split('=')[0]).sort();
  assert.deepEqual(names, ['HOME', 'LANG', 'PATH', 'TMPDIR']);
  assert.ok(!JSON.stringify(told.own).includes('secret'));
});

test('a Node on PATH that is too old is passed over for the newest in the tool cache', async (t) => {
  const old = nodeOfVersion(t, '20.20.2');
  const cache = nodeOfVersion(t, '24.1.0', 'node/24.1.0/x64/bin/node');
  const env = { PATH: `${old}:${toolsOnly(t)}`, HOME: '/tmp', RUNNER_TOOL_CACHE: cache };
  assert.equal((await launch(launcher(t), 'restore', env)).code, 0);
});

test("the runner's externals are the last place where Node is looked for", async (t) => {
  const root = nodeOfVersion(t, '24.1.0', 'externals/node24/bin/node');
  mkdirSync(join(root, 'work', '_temp'), { recursive: true });
  const env = { PATH: toolsOnly(t), HOME: '/tmp', RUNNER_TEMP: join(root, 'work', '_temp') };
  assert.equal((await launch(launcher(t), 'conclude', env)).code, 0);
});

test('without a Node that is new enough the step ends with 78 and says what to add', async (t) => {
  const env = {
    PATH: `${nodeOfVersion(t, '20.0.0')}:${toolsOnly(t)}`,
    HOME: '/tmp',
    RUNNER_TOOL_CACHE: '/nowhere',
  };
  const { code, stdout } = await launch(launcher(t), 'suite', env);
  assert.equal(code, 78);
  assert.match(
    stdout,
    /^::error title=JIT Approval cannot start::Node\.js 22 or newer was not found.*actions\/setup-node/,
  );
});

test('another argument is refused', async (t) => {
  const { code, stdout } = await launch(launcher(t), 'rm', { PATH: nodeAndSystem });
  assert.equal(code, 78);
  assert.match(stdout, /restore, suite or conclude/);
});

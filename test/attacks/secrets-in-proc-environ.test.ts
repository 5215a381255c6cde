import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { copyFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { folderFor } from '../sandbox/runner/harness.ts';

/** What a test under the action could do: read /proc/PID/environ of every process of its user. */
const thief = `import { readdirSync, readFileSync } from 'node:fs';
const handed = readFileSync(3, 'utf8');
const secret = /SECRET_OF_THE_STEP=([^\\0]+)/.exec(handed)[1];
const environ = (pid) => { try { return readFileSync('/proc/' + pid + '/environ', 'utf8'); } catch { return ''; } };
const pids = readdirSync('/proc').filter((entry) => /^[0-9]+$/.test(entry));
const readable = pids.filter((pid) => environ(pid) !== '');
const found = readable.filter((pid) => environ(pid).includes(secret));
console.log(JSON.stringify({ looked: readable.length, own: readable.includes(String(process.pid)), found }));
`;

test('no process of the user has a secret of the step in its environment once the program runs', {
  skip: process.platform !== 'linux' && 'only Linux has /proc',
}, async (t) => {
  const folder = folderFor(t, { 'action.js': thief, 'package.json': '{"type":"module"}' });
  copyFileSync(new URL('../../src/action/launch.sh', import.meta.url), join(folder, 'launch.sh'));
  const env = {
    PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
    HOME: folder,
    SECRET_OF_THE_STEP: randomUUID(),
    // More than a pipe holds: the process that hands the environment over is still there when Node starts.
    FILLER: 'x'.repeat(100_000),
  };
  const script = `exec bash ${join(folder, 'launch.sh')} suite`;
  const stdout = await new Promise<string>((resolve, reject) => {
    execFile('bash', ['-c', script], { env }, (error, output) => (error ? reject(error) : resolve(output)));
  });
  const told = JSON.parse(stdout);
  assert.ok(told.own && told.looked > 0, 'the thief could read environments at all');
  assert.deepEqual(told.found, []);
});

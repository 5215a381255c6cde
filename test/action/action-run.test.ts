import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { unzipSync } from 'fflate';
import { folderFor, memoryArtifacts, run } from '../sandbox/runner/harness.ts';
import { nodeOfVersion, toolsOnly } from './paths.ts';

/**
 * The real action.yml and launcher on the sandbox's runner, with a small program in the place of dist/action.js:
 * what is tested is the path of names, reports and exit codes between the steps.
 */
const identity = new URL('../../src/action/identity.ts', import.meta.url).href;
const program = `import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { artifactName, artifactPattern, claimUse } from '${identity}';
const env = Object.fromEntries(readFileSync(3, 'utf8').split('\\0').filter(Boolean).map((e) => [e.slice(0, e.indexOf('=')), e.slice(e.indexOf('=') + 1)]));
const output = (name, value) => appendFileSync(env.GITHUB_OUTPUT, name + '=' + value + '\\n');
const attempt = Number(env.GITHUB_RUN_ATTEMPT);
const write = (text) => writeFileSync(env.JIT_REPORT, text);
const commands = {
  restore() {
    const { use, folder } = claimUse(env.JIT_USE, join(env.RUNNER_TEMP, 'jit-approval'));
    const id = { job: env.JIT_JOB, index: Number(env.JIT_JOB_INDEX), use };
    mkdirSync(join(folder, 'earlier'));
    output('use', use); output('artifact', artifactName(id, attempt)); output('pattern', artifactPattern(id));
    output('earlier', join(folder, 'earlier')); output('report', join(folder, 'report.json'));
  },
  suite() {
    console.log('earlier of ' + env.JIT_USE + ': ' + readdirSync(env.JIT_EARLIER, { recursive: true }).filter((f) => f.endsWith('.json')).sort().join(' '));
    console.log('input ' + env.JIT_INPUT_RUN + ' token ' + (env.JIT_INPUT_GITHUB_TOKEN !== '') + ' check ' + env.JIT_CHECK_RUN_ID);
    if (env.JIT_INPUT_RUN === 'hang') {
      process.on('SIGINT', () => { write('interrupted'); console.log('suite interrupted'); process.exit(1); });
      setInterval(() => {}, 1000);
      return console.log('ready');
    }
    if (env.JIT_INPUT_RUN === 'crash') { write('half'); process.exit(3); }
    write('report of attempt ' + attempt);
    output('result', 'held'); output('held', '2'); output('denied', '0'); output('report', env.JIT_REPORT); output('exit-code', '75');
  },
  conclude() {
    console.log('conclude ' + readFileSync(env.JIT_REPORT, 'utf8') + ' url ' + env.JIT_ARTIFACT_URL);
    process.exit(env.JIT_EXIT_CODE === '' ? 1 : Number(env.JIT_EXIT_CODE));
  },
};
commands[process.argv[2]]();
`;
const uses = 'jit-approval/jit-approval@v1';

function actions(t: TestContext): Readonly<Record<string, string>> {
  const folder = folderFor(t, { 'dist/action.js': program, 'package.json': '{"type":"module"}' });
  mkdirSync(join(folder, 'dist'), { recursive: true });
  copyFileSync(new URL('../../action.yml', import.meta.url), join(folder, 'action.yml'));
  copyFileSync(new URL('../../src/action/launch.sh', import.meta.url), join(folder, 'dist', 'launch.sh'));
  return { [uses]: folder };
}
const setup = '- uses: actions/setup-node@v7\n';

test('the suite runs with its inputs, the report is uploaded, and the job ends with the code of the suite', async (t) => {
  const artifacts = memoryArtifacts();
  const seen = await run(
    t,
    `${setup}- { id: jit, uses: ${uses}, with: { run: npm test } }\n- { run: "echo \${{ steps.jit.outputs.result }} \${{ steps.jit.outputs.held }}", if: always() }`,
    { actions: actions(t), artifacts },
  );
  assert.equal(seen.result.conclusion, 'failure');
  assert.deepEqual(
    artifacts.stored.map((one) => one.name),
    ['jit-test-0-jit-1'],
  );
  assert.deepEqual(Object.keys(unzipSync(artifacts.download(1))), ['report.json']);
  assert.match(seen.log, /^input npm test token true check 77$/m);
  assert.match(seen.log, /^conclude report of attempt 1 url http:.*\/artifacts\/1$/m);
  assert.ok(seen.lines.includes('held 2'));
  assert.ok(seen.annotations.some((each) => each.message === 'Process completed with exit code 75.'));
});

test('a re-run finds the reports of its own earlier attempts and of no other job or use', async (t) => {
  const artifacts = memoryArtifacts();
  const arrangement = { actions: actions(t), artifacts };
  const workflow = `${setup}- { id: one, uses: ${uses} }\n- { id: one-more, uses: ${uses}, if: always() }`;
  await run(t, workflow, arrangement);
  const second = await run(t, workflow, { ...arrangement, request: { attempt: 2 } });
  assert.match(second.log, /^earlier of one: report\.json$/m);
  assert.match(second.log, /^earlier of one\.more: report\.json$/m);
  const third = await run(t, workflow, { ...arrangement, request: { attempt: 3 } });
  assert.match(third.log, /^earlier of one: jit-test-0-one-1\/report\.json jit-test-0-one-2\/report\.json$/m);
  const otherLeg = await run(t, workflow, {
    ...arrangement,
    request: { attempt: 2 },
    job: { index: 1, total: 2 },
  });
  assert.match(otherLeg.log, /^earlier of one: $/m);
});

test('two uses within one composite action of the caller are told apart', async (t) => {
  const artifacts = memoryArtifacts();
  const outer = `name: o\ndescription: o\nruns:\n  using: composite\n  steps:\n    - uses: ${uses}\n    - { uses: ${uses}, if: always() }\n`;
  await run(t, `${setup}- uses: actions/checkout@v7\n- uses: ./outer`, {
    actions: actions(t),
    artifacts,
    files: { 'outer/action.yml': outer },
  });
  assert.deepEqual(
    artifacts.stored.map((one) => one.name),
    ['jit-test-0-__self-1', 'jit-test-0-__self+2-1'],
  );
});

test('a suite that crashes has its report uploaded, and the job fails', async (t) => {
  const artifacts = memoryArtifacts();
  const seen = await run(t, `${setup}- { uses: ${uses}, with: { run: crash } }`, {
    actions: actions(t),
    artifacts,
  });
  assert.equal(seen.result.conclusion, 'failure');
  assert.equal(artifacts.stored.length, 1);
  assert.match(seen.log, /^conclude half/m);
});

test('without Node 22 the job fails with one sentence, and neither suite nor conclusion starts', async (t) => {
  const artifacts = memoryArtifacts();
  const path = `${nodeOfVersion(t, '20.20.2')}:${toolsOnly(t)}`;
  const seen = await run(t, `- uses: ${uses}`, { actions: actions(t), artifacts, path });
  assert.equal(seen.result.conclusion, 'failure');
  const told = seen.annotations.filter((each) => each.title === 'JIT Approval cannot start');
  assert.equal(told.length, 1);
  assert.ok(seen.annotations.some((each) => each.message === 'Process completed with exit code 78.'));
  assert.doesNotMatch(seen.log, /launch\.sh" (suite|conclude)/);
  assert.deepEqual(artifacts.stored, []);
});

function cancelWhenReady() {
  const controller = new AbortController();
  const onLine = (line: string): void => {
    if (line === 'ready') controller.abort();
  };
  return { signal: controller.signal, onLine };
}

test('a cancelled job interrupts the suite itself; its report is uploaded when the workflow asks for it', async (t) => {
  const artifacts = memoryArtifacts();
  const step = `{ uses: ${uses}, with: { run: hang }, if: success() || cancelled() }`;
  const seen = await run(t, `${setup}- ${step}`, { actions: actions(t), artifacts, ...cancelWhenReady() });
  assert.equal(seen.result.conclusion, 'cancelled');
  assert.ok(seen.lines.includes('suite interrupted'));
  assert.equal(artifacts.stored.length, 1);
  assert.match(seen.log, /^conclude interrupted/m);
});

test('a cancelled job without that condition ends without a report, which the App takes for a failure', async (t) => {
  const artifacts = memoryArtifacts();
  const seen = await run(t, `${setup}- { uses: ${uses}, with: { run: hang } }`, {
    actions: actions(t),
    artifacts,
    ...cancelWhenReady(),
  });
  assert.equal(seen.result.conclusion, 'cancelled');
  assert.ok(seen.lines.includes('suite interrupted'));
  assert.deepEqual(artifacts.stored, []);
});

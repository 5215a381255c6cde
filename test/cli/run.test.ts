import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { reportSchema } from '../../src/report/schema.ts';
import { cli, folderWith, guardPolicy, jit } from './help.ts';

const policyFile = '.github/jit-approval.yml';
const guard = `"${process.execPath}" "${cli}" guard`;

describe('jit-approval run', () => {
  test('a command that meets no rule runs, and its exit code is passed on', async () => {
    const cwd = folderWith({ [policyFile]: guardPolicy });
    assert.equal((await jit(['run', '--', 'true'], { cwd })).code, 0);
    assert.equal((await jit(['run', '--', 'sh', '-c', 'exit 3'], { cwd })).code, 3);
  });

  test('the command keeps its own options', async () => {
    const cwd = folderWith({ [policyFile]: guardPolicy });
    const ended = await jit(['run', '--', 'printf', '%s', '--report'], { cwd });
    assert.equal(ended.out, '--report');
  });

  test('a held command does not run, the rest goes on, and the exit code is 75', async () => {
    const cwd = folderWith({
      [policyFile]: `${guardPolicy}suite:
  steps:
    - { id: deploy, run: '${guard} --kind deploy -- touch deployed' }
    - { id: after, needs: [], run: touch after }
`,
    });
    const ended = await jit(['run', '--report', 'report.json'], { cwd });
    assert.equal(ended.code, 75, ended.err);
    assert.throws(() => readFileSync(path.join(cwd, 'deployed')));
    readFileSync(path.join(cwd, 'after'));
    const report = reportSchema.parse(JSON.parse(readFileSync(path.join(cwd, 'report.json'), 'utf8')));
    assert.deepEqual(
      report.steps.map((step) => [step.id, step.status, step.held]),
      [
        ['deploy', 'held', 1],
        ['after', 'passed', 0],
      ],
    );
    assert.equal(report.flagged[0]?.reason, 'Deploys to a shared environment');
    assert.match(ended.err, new RegExp(report.flagged[0]?.id ?? 'no id'));
    assert.match(
      ended.err,
      /\n\nRun it on a terminal to be asked, or have it approved in a pull request\.\n$/,
    );
  });

  test('a denied command gives 77, also when the suite swallows the error', async () => {
    const cwd = folderWith({ [policyFile]: guardPolicy });
    const ended = await jit(['run', '--', 'sh', '-c', `${guard} --kind wipe -- touch wiped || true`], {
      cwd,
    });
    assert.equal(ended.code, 77, ended.err);
    assert.throws(() => readFileSync(path.join(cwd, 'wiped')));
  });

  test('a step that failed by itself stops what needs it, not what needs nothing', async () => {
    const cwd = folderWith({
      [policyFile]: `${guardPolicy}suite:
  steps:
    - { id: broken, run: exit 4 }
    - { id: needing, run: touch needing }
    - { id: free, needs: [], run: touch free }
`,
    });
    const ended = await jit(['run'], { cwd });
    assert.equal(ended.code, 4, ended.err);
    assert.throws(() => readFileSync(path.join(cwd, 'needing')));
    readFileSync(path.join(cwd, 'free'));
    assert.match(ended.err, /needs "broken", which failed/);
  });

  test('the suite sees no token of the job, nothing of the runner, and not the real address of a target', async () => {
    const cwd = folderWith({
      [policyFile]: `version: 1
default: allow
targets:
  ledger: { http: { env: LEDGER_URL } }
`,
    });
    const env = {
      GITHUB_TOKEN: 'ghs_secret',
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'runtime',
      INPUT_X: '1',
      GITHUB_ENV: '/x',
      JIT_INPUT_GITHUB_TOKEN: 'ghs_secret',
      LEDGER_URL: 'http://admin:real-password@127.0.0.1:9/base',
      KEPT: 'yes',
    };
    const ended = await jit(['run', '--', 'env'], { cwd, env });
    assert.equal(ended.code, 0, ended.err);
    assert.doesNotMatch(ended.out, /ghs_secret|runtime|INPUT_|GITHUB_ENV|real-password/);
    assert.match(ended.out, /^KEPT=yes$/m);
    assert.match(ended.out, /^LEDGER_URL=http:\/\/127\.0\.0\.1:\d+\/base$/m);
    assert.match(ended.out, /^JIT_APPROVAL_SEED=[0-9a-f]{16}$/m);
    assert.match(ended.out, /^JIT_APPROVAL_ATTEMPT=1$/m);
  });

  test('processes that a step left in the background end with the suite', async () => {
    const cwd = folderWith({ [policyFile]: guardPolicy });
    const ended = await jit(['run', '--', 'sh', '-c', 'sleep 600 & echo $!'], { cwd });
    const pid = ended.out.trim();
    assert.match(pid, /^\d+$/);
    // a zombie that nobody has collected yet has ended, too
    const state = spawnSync('ps', ['-o', 'stat=', '-p', pid], { encoding: 'utf8' }).stdout.trim();
    assert.match(state, /^(Z.*)?$/);
  });
});

describe('bad input to jit-approval', () => {
  const cases: [string, string[], Record<string, string>, number, RegExp][] = [
    ['no policy anywhere', ['run', '--', 'true'], {}, 78, /No \.github\/jit-approval\.yml was found/],
    [
      'a policy that is missing',
      ['run', '--policy', 'x.yml', '--', 'true'],
      {},
      78,
      /x\.yml could not be read/,
    ],
    ['nothing to run', ['run'], { [policyFile]: guardPolicy }, 78, /give a command after "--"/],
    ['an unknown command', ['frob'], {}, 64, /unknown command 'frob'/],
    ['an unknown option', ['run', '--frob'], {}, 64, /unknown option '--frob'/],
    [
      'a misspelt key',
      ['run', '--', 'true'],
      { [policyFile]: 'version: 1\ndefualt: allow\n' },
      78,
      /jit-approval\.yml:2:1 {2}unknown key "defualt"; did you mean "default"\?/,
    ],
    [
      'an unknown field in an expression',
      ['check'],
      {
        [policyFile]:
          'version: 1\ndefault: allow\nrules:\n  - id: a\n    on: { command: {} }\n    when: action.nmae == "x"\n    deny: { reason: x }\n',
      },
      78,
      /:6:11 {2}"action\.nmae == "x"": command actions have no field "nmae"; did you mean "name"\?/,
    ],
    [
      'a target whose variable is not set',
      ['run', '--', 'true'],
      { [policyFile]: 'version: 1\ndefault: allow\ntargets:\n  db: { postgres: { env: NO_SUCH_URL } }\n' },
      78,
      /NO_SUCH_URL is not set/,
    ],
    [
      'a command that does not exist',
      ['run', '--', 'no-such-program-x'],
      { [policyFile]: guardPolicy },
      127,
      /could not be started/,
    ],
  ];
  for (const [what, args, files, code, message] of cases) {
    test(`${what} gives ${code} and one clear sentence`, async () => {
      const ended = await jit(args, { cwd: folderWith(files) });
      assert.equal(ended.code, code, ended.err);
      assert.match(ended.out + ended.err, message);
      assert.doesNotMatch(ended.err, /\n\s+at /, 'a stack trace is no message');
    });
  }
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { folderWith, jit } from './help.ts';

/** What somebody meets in the first hour, each with words that say what to do. */
describe('jit-approval check', () => {
  for (const [what, text, message] of [
    [
      'a version in quotes',
      'version: "1"\ndefault: allow\n',
      /^p\.yml:1:10 {2}"version" is the text "1"; write it without quotes {2}\(allowed: 1\)$/m,
    ],
    [
      'a tab that indents',
      'version: 1\nrules:\n\t- id: x\n',
      /^p\.yml:3:1 {2}a tab indents this line; YAML is indented by spaces alone$/m,
    ],
    ['an empty file', '', /^p\.yml:1:1 {2}the file is empty/m],
  ] as const) {
    test(`says what is wrong with ${what}, as a line and as JSON`, async () => {
      const cwd = folderWith({ 'p.yml': text });
      const lines = await jit(['check', 'p.yml'], { cwd });
      assert.equal(lines.code, 78);
      assert.match(lines.out, message);
      const json = JSON.parse((await jit(['check', 'p.yml', '--json'], { cwd })).out);
      assert.equal(json.ok, false);
      assert.ok(json.problems[0].line >= 1 && typeof json.problems[0].message === 'string');
    });
  }

  test('a folder is said to be one, with the file that may be meant', async () => {
    const { code, err } = await jit(['check', '.'], { cwd: folderWith({}) });
    assert.equal(code, 78);
    assert.equal(
      err,
      'jit-approval: . is a folder; name the policy in it, such as .github/jit-approval.yml.\n',
    );
  });

  test('where there is no policy, it says what writes one', async () => {
    const { code, err } = await jit(['check'], { cwd: folderWith({}) });
    assert.equal(code, 78);
    assert.match(err, /"jit-approval init" writes one/);
  });
});

describe('wrong arguments', () => {
  for (const [args, meant] of [
    [['check', '--jsn'], '--json'],
    [['explain', '--reprot', 'r.json', 'abc'], '--report'],
    [['replay', 'r.json', '--polcy', 'p.yml'], '--policy'],
    [['test', '--polcy', 'p.yml'], '--policy'],
    [['init', '--form', 'r.json'], '--from'],
    [['run', '--reprot', 'r.json', '--', 'true'], '--report'],
    [['guard', '--knd', 'deploy', '--', 'true'], '--kind'],
    [['explian'], 'explain'],
  ] as const) {
    test(`${args.join(' ')} gives 64 and names ${meant}`, async () => {
      const { code, err } = await jit(args, { cwd: folderWith({}) });
      assert.equal(code, 64);
      assert.match(err, new RegExp(`Did you mean ${meant}\\?`));
    });
  }
});

describe('help', () => {
  for (const name of ['check', 'explain', 'replay', 'test', 'init', 'run', 'guard']) {
    test(`${name} --help fits 80 columns, has an example and the exit codes`, async () => {
      const { code, out } = await jit([name, '--help'], { cwd: folderWith({}) });
      assert.equal(code, 0);
      assert.deepEqual(
        out.split('\n').filter((line) => line.length > 80),
        [],
      );
      assert.match(out, /Examples?:\n {2}jit-approval/);
      assert.match(out, /Exits (0|with)[\s\S]*64 (for )?wrong\s+arguments/);
    });
  }
});

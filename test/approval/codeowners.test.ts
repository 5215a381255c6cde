import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { authorize } from '../../src/approval/authority.ts';
import { ownersOf, parseCodeowners, undecidable } from '../../src/approval/codeowners.ts';
import { withOwners } from '../../src/approval/owners.ts';
import { person, requirement } from './story.ts';

const who = (text: string, file: string) => ownersOf(parseCodeowners(text), file)?.people.join(' ') ?? null;

/** Pattern, files that it matches, files that it does not: GitHub's own examples first. */
const patterns: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['*', ['a', 'a/b.js'], []],
  ['*.js', ['a.js', 'x/y/a.js'], ['a.jsx', 'a.ts']],
  ['/build/logs/', ['build/logs/a', 'build/logs/b/c'], ['x/build/logs/a', 'build/logs']],
  ['docs/*', ['docs/a.md'], ['docs/b/a.md', 'x/docs/a.md']],
  ['apps/', ['apps/a', 'x/apps/y/z'], ['apps']],
  ['/docs/', ['docs/a', 'docs/b/c'], ['x/docs/a']],
  ['/scripts/', ['scripts/a'], ['a/scripts/b']],
  ['**/logs', ['logs', 'build/logs', 'a/logs/b'], ['catalogs']],
  ['/apps/github', ['apps/github', 'apps/github/a'], ['apps/githubs', 'x/apps/github']],
  ['a/**/b', ['a/b', 'a/x/b', 'a/x/y/b/c'], ['a/xb', 'x/a/b']],
  ['a/**', ['a/b', 'a/b/c'], ['a', 'x/a/b']],
  ['test', ['test', 'x/test/y'], ['tests']],
  ['/test/*/x?.ts', ['test/a/x1.ts'], ['test/a/x.ts', 'test/a/b/x1.ts']],
  ['/with\\ space/', ['with space/a'], ['with']],
  ['/Docs/', ['Docs/a'], ['docs/a']],
  ['/a*b*c', ['abc', 'aXbYbc'], ['a/b/c', 'abcd']],
  ['/a.b', ['a.b'], ['axb']],
];

describe('CODEOWNERS', () => {
  for (const [pattern, yes, no] of patterns)
    test(`${pattern} matches what GitHub says`, () => {
      for (const file of yes) assert.equal(who(`${pattern} @ann`, file), 'ann', file);
      for (const file of no) assert.equal(who(`${pattern} @ann`, file), null, file);
    });

  test('the last line that matches wins, also one that names nobody', () => {
    const text = '* @ann\n/src/ @ben @acme/data\n/src/free/\n';
    assert.equal(who(text, 'a'), 'ann');
    assert.equal(who(text, 'src/a'), 'ben');
    assert.equal(who(text, 'src/free/a'), null);
    assert.deepEqual(ownersOf(parseCodeowners(text), 'src/a')?.teams, ['acme/data']);
  });

  test('lines that GitHub cannot read are skipped: negation, ranges, escaped #, owners that are none, sections', () => {
    for (const bad of [
      '!/src/ @mal',
      '/sr[c]/ @mal',
      '\\#src @mal',
      '/src/ mal',
      '/src/ @mal,@x',
      '[src] @mal',
      '^[src][2] @mal',
    ])
      assert.equal(who(`* @ann\n${bad}\n`, 'src/a'), 'ann', bad);
  });

  test('comments, CRLF and tabs mean nothing', () => {
    assert.equal(who('# * @mal\r\n*\t@ann # @mal\r\n\r\n', 'a'), 'ann');
  });

  test('no pattern takes long, however many stars it has', () => {
    assert.equal(who(`/${'*a'.repeat(200)}b @ann`, 'a'.repeat(4000)), null);
    assert.equal(who(`${'**/a/'.repeat(60)}b @ann`, 'a/'.repeat(500)), null);
    assert.equal(who(`* a@${'.'.repeat(1024 * 1024)}@`, 'a'), null);
  });

  test('lines that are made to match slowly name nobody, and whoever asks is told why', () => {
    for (const [line, file] of [
      [`*${'a'.repeat(500)}b @mal\n`, 'a'.repeat(1000)],
      [`**/${'a/'.repeat(60)}b @mal\n`, `${'a/'.repeat(499)}c`],
      ['*a @mal\n', `${'x/'.repeat(490)}abcd`],
    ] as const) {
      const hostile = parseCodeowners(line.repeat((128 * 1024) / line.length));
      assert.equal(ownersOf(hostile, file), undecidable);
      const asks = requirement({ from: { role: null, teams: [], users: [], codeowners: true } });
      const { allowed, sentence } = authorize({
        person: person('mal', { roleName: 'write' }),
        // who owns all by the base is no owner while the default branch's file cannot be asked
        requirement: withOwners(asks, [parseCodeowners('* @mal'), hostile], file),
        pull: { author: 'author', authorId: null, contributors: [] },
      });
      assert.equal(allowed, false);
      assert.match(sentence, /cannot be matched with it in time, so nobody is one/);
    }
  });

  test('the lines of a large repository are all matched', () => {
    const text = Array.from({ length: 30_000 }, (_, at) => `/services/team-${at}/**/*.ts @team${at}`);
    assert.equal(who(text.join('\n'), 'services/team-3/src/deep/down/in/there/a.ts'), 'team3');
  });

  test('any text at all is read without an exception', () => {
    fc.assert(fc.property(fc.string(), fc.string(), (text, file) => void who(text, file)));
  });
});

describe('owners decide', () => {
  const pull = { author: 'author', authorId: null, contributors: [] };
  const asks = requirement({ from: { role: null, teams: [], users: [], codeowners: true } });
  const ask = (codeowners: readonly string[], login: string, roleName: string | null, teams: string[] = []) =>
    authorize({
      person: person(login, { roleName, teams }),
      requirement: withOwners(asks, codeowners.map(parseCodeowners), 'test/a.ts'),
      pull,
    });

  test('whoever owns the file, alone or by a team, and may write', () => {
    assert.ok(ask(['/test/ @ann'], 'Ann', 'write').allowed);
    assert.ok(ask(['/test/ @acme/data'], 'bob', 'write', ['ACME/data']).allowed);
  });

  test('not who owns another file, nor an owner who may only read', () => {
    assert.match(ask(['/test/ @ann'], 'bob', 'admin').sentence, /owner of test\/a\.ts \(ann\)/);
    assert.equal(ask(['/test/ @ann'], 'ann', 'triage').allowed, false);
  });

  test('an owner by the base alone is none where the default branch names another', () => {
    assert.equal(ask(['/test/ @mal', '/test/ @ann'], 'mal', 'write').allowed, false);
    assert.ok(ask(['/test/ @ann @mal', '/test/ @ann'], 'ann', 'write').allowed);
  });

  test('an e-mail address is nobody we can check, and the answer says so', () => {
    const answer = ask(['/test/ ann@acme.example'], 'ann', 'admin');
    assert.equal(answer.allowed, false);
    assert.match(answer.sentence, /ann@acme\.example, an e-mail address, by which nobody can be checked/);
  });

  test('where nobody owns the file, role maintain decides', () => {
    assert.ok(ask(['/src/ @ann'], 'bob', 'maintain').allowed);
    assert.equal(ask(['/src/ @ann'], 'ann', 'write').allowed, false);
  });
});

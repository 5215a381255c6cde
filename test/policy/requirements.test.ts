import assert from 'node:assert/strict';
import { test } from 'node:test';
import { suiteOf } from '../../src/policy/parse.ts';
import { requirementsOf } from '../../src/policy/requirements.ts';
import { judge, load, sql, text, yamlOf } from './actions.ts';

const rule = (more = '') => `  - { id: r, on: { sql: { operation: delete } }, hold: { reason: x${more} } }`;
const remove = sql('delete from users');

function asked(...texts: Parameters<typeof load>) {
  const using = load(...texts);
  return requirementsOf(using, [...judge(using, remove).rules]);
}

test('a rule’s own words come before the file’s, and those before the defaults', () => {
  const plain = asked(text(yamlOf(rule())))?.[0];
  assert.deepEqual(
    { ...plain, digest: '' },
    {
      ruleId: 'r',
      digest: '',
      count: 1,
      from: { role: 'maintain', teams: [], users: [] },
      author: false,
      contributors: false,
      expiresMs: 86_400_000,
      remindMs: null,
      scope: 'pull-request',
      repeat: null,
      uses: null,
      offersVarying: true,
      breakGlass: null,
    },
  );
  const file =
    'approvals: { count: 2, from: { teams: [acme/data] }, expires: 2h, scope: commit, author: true }\n';
  const own = asked(text(file + yamlOf(rule(', approvals: { count: 3, from: { users: [ada] } }'))))?.[0];
  assert.deepEqual(
    [own?.count, own?.from, own?.expiresMs, own?.scope, own?.author],
    [3, { role: null, teams: [], users: ['ada'] }, 7_200_000, 'commit', true],
  );
});

test('a policy that only the head has cannot say who approves', () => {
  const lax = 'approvals: { count: 1, from: { users: [mallory] }, author: true, expires: 365d }\n';
  const own = asked(
    text(lax + yamlOf(rule(', approvals: { from: { users: [mallory] }, author: true } ')), 'head'),
  )?.[0];
  assert.deepEqual(
    [own?.from, own?.author, own?.count, own?.expiresMs],
    [{ role: 'maintain', teams: [], users: [] }, false, 1, 86_400_000],
  );
});

test('a rule that changed, or is gone, has no requirement, and so nothing can be approved under it', () => {
  const before = judge(load(text(yamlOf(rule()))), remove).rules;
  const after = load(text(yamlOf(rule(', approvals: { count: 2 }'))));
  assert.equal(requirementsOf(after, [...before]), null);
  assert.equal(requirementsOf(load(text(yamlOf('  []'))), [...before]), null);
  assert.equal(requirementsOf(after, []), null);
});

test('the digest of a rule depends on what it says, and not on how it is written', () => {
  const digest = (rules: string) => judge(load(text(yamlOf(rules))), remove).rules[0]?.digest;
  assert.equal(
    digest('  - { id: r, on: { sql: { operation: delete } }, hold: { reason: x } }'),
    digest('  - hold:\n      reason: "x"\n    id: r\n    on:\n      sql: { operation: "delete" } # why\n'),
  );
  assert.notEqual(digest(rule()), digest(rule('y')));
});

test('both texts’ requirements must be met, and a vote can tell them apart', () => {
  const base = text(yamlOf(rule()));
  const same = asked(base, text(yamlOf(rule()), 'default'));
  assert.deepEqual(
    same?.map(({ ruleId }) => ruleId),
    ['r'],
  );
  const stricter = asked(base, text(yamlOf(rule(', approvals: { count: 2 }')), 'default'));
  assert.deepEqual(
    stricter?.map(({ ruleId, count }) => [ruleId, count]),
    [
      ['r', 1],
      ['r@2', 2],
    ],
  );
  const byFile = asked(base, text(`approvals: { count: 2 }\n${yamlOf(rule())}`, 'default'));
  assert.deepEqual(
    byFile?.map(({ ruleId, count }) => [ruleId, count]),
    [
      ['r', 1],
      ['r@2', 2],
    ],
  );
});

test('built-in rules hold by the file’s approvals, of both texts', () => {
  const base = load(
    text(yamlOf('  []', 'hold')),
    text(`approvals: { count: 2 }\n${yamlOf('  []', 'hold')}`, 'default'),
  );
  const found = requirementsOf(base, [...judge(base, sql('call f()')).rules]);
  assert.deepEqual(
    found?.map(({ ruleId, count }) => [ruleId, count]),
    [
      ['default', 1],
      ['default@2', 2],
      ['opaque-call', 1],
      ['opaque-call@2', 2],
    ],
  );
});

test('the suite is read alone, whatever the rest of the file says', () => {
  assert.deepEqual(suiteOf('default: nonsense\nsuite: { steps: [ { id: a, run: x } ] }'), {
    steps: [{ id: 'a', run: 'x' }],
  });
  assert.equal(suiteOf('version: 1'), null);
  assert.throws(() => suiteOf('suite: { steps: [ { id: a } ] }'), { code: 'SUITE' });
  assert.throws(() => suiteOf('['), { code: 'SUITE' });
});

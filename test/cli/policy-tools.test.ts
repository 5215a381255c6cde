import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { reportSchema } from '../../src/report/schema.ts';
import { cli, folderWith, jit } from './help.ts';

const policyFile = '.github/jit-approval.yml';
const casesFile = '.github/jit-approval.test.yml';
const policy = `version: 1
default: allow
targets:
  staging-db: { postgres: { env: DATABASE_URL }, disposable: false }
rules:
  - id: deletes
    on: { sql: { operation: delete, table: "public.*" } }
    unless: [{ sql: { table: public.sessions } }]
    hold: { reason: Deletes rows }
  - id: whole
    on: { sql: { operation: insert, table: users } }
    check: [{ expression: "action.columns.exists(c, c == 'email')" }]
  - id: deploys
    on: { command: { name: deploy } }
    hold: { reason: Deploys to a shared environment }
`;

/** The gate stands, and nobody calls it. */
const env = { DATABASE_URL: 'postgres://app:secret@127.0.0.1:1/app' };

/** Everything that people read fits their terminal. */
function narrow(text: string): void {
  const wide = text.split('\n').filter((line) => [...line].length > 80);
  assert.deepEqual(wide, []);
}

describe('jit-approval test', () => {
  const right = `tests:
  - name: deletes wait
    action: { sql: { statement: DELETE FROM users WHERE id = $1, params: [7] } }
    expect: { verdict: hold, rule: deletes }
  - name: sessions may go
    action: { sql: DELETE FROM sessions }
    expect: { verdict: allow, rules: [] }
  - name: sessions of a name that cannot be resolved wait
    action: { sql: { statement: DELETE FROM sessions, schema: null } }
    expect: { verdict: hold }
  - name: users have an e-mail
    action: { sql: INSERT INTO users (id) VALUES (1) }
    expect: { verdict: deny, rules: [whole] }
  - name: deploys wait
    action: { command: { argv: [./deploy.sh], name: deploy } }
    expect: { verdict: hold, rule: deploys }
  - name: reading passes
    action: { http: "GET https://api.example.test/v1" }
    expect: { verdict: allow }
  - name: calls pass
    action: { call: { name: email.send, params: { to: a@b.test } } }
    expect: { verdict: allow }
`;

  test('cases that hold true give TAP and exit 0', async () => {
    const cwd = folderWith({ [policyFile]: policy, [casesFile]: right });
    const { code, out, err } = await jit(['test'], { cwd });
    assert.equal(code, 0, out + err);
    assert.match(out, /^TAP version 14\n1\.\.7\nok 1 - deletes wait\n/);
    assert.doesNotMatch(out, /^not ok/m);
  });

  test('a case that does not hold gives 1, its place, and what was met', async () => {
    const wrong = right.replace('verdict: hold, rule: deletes', 'verdict: deny, rule: drop');
    const cwd = folderWith({ [policyFile]: policy, [casesFile]: wrong });
    const { code, out } = await jit(['test', casesFile], { cwd });
    assert.equal(code, 1);
    assert.match(out, /^not ok 1 - deletes wait$/m);
    assert.match(out, /at: "\.github\/jit-approval\.test\.yml:2"/);
    assert.match(out, /expected deny, met hold: Deletes rows/);
    assert.match(out, /expected rule drop to decide, met deletes/);
    const json = await jit(['test', '--json'], { cwd });
    assert.deepEqual([json.code, JSON.parse(json.out).passed, JSON.parse(json.out).failed], [1, 6, 1]);
  });

  test('rows, labels and the time are as the case says, and a script runs', async () => {
    const reading = `version: 1
default: allow
rules:
  - id: many
    on: { sql: { operation: delete } }
    when: action.estimatedRows > 100
    hold: { reason: Deletes many rows }
  - id: frozen
    on: { command: { name: deploy } }
    when: "!('urgent' in run.labels) || now > timestamp('2026-01-01T00:00:00Z')"
    deny: { reason: Nothing is deployed now }
  - id: known
    on: { call: {} }
    check: [{ script: known.mjs }]
`;
    const cases = `tests:
  - name: many
    action: { sql: { statement: DELETE FROM users WHERE old, estimatedRows: 101 } }
    expect: { verdict: hold, rules: [many] }
  - name: few
    action: { sql: { statement: DELETE FROM users WHERE old, estimatedRows: 100 } }
    expect: { verdict: allow }
  - name: nobody knows how many
    action: { sql: DELETE FROM users WHERE old }
    expect: { verdict: hold, rules: [many] }
  - name: urgent
    action: { command: { name: deploy, argv: [./deploy] } }
    run: { labels: [urgent], now: "2025-12-31T23:59:59Z" }
    expect: { verdict: allow }
  - name: too late
    action: { command: { name: deploy, argv: [./deploy] } }
    run: { labels: [urgent], now: "2026-01-01T00:00:01Z" }
    expect: { verdict: deny, rule: frozen }
  - name: the script lets it pass
    action: { call: email.send }
    expect: { verdict: allow }
  - name: the script fails it
    action: { call: email.wipe }
    expect: { verdict: deny, rule: known }
  - name: the case says what the script would
    action: { call: email.wipe }
    checks: { script: passed }
    expect: { verdict: allow }
`;
    const script = "export default ({ action }) => ({ pass: action.name === 'email.send' });\n";
    const cwd = folderWith({ [policyFile]: reading, [casesFile]: cases, 'known.mjs': script });
    const { code, out, err } = await jit(['test'], { cwd });
    assert.equal(code, 0, out + err);
    assert.match(out, /^1\.\.8$/m);
  });

  test('a policy that changes makes its cases fail', async () => {
    const lax = policy.replace('hold: { reason: Deletes rows }', 'allow: {}');
    const cwd = folderWith({ [policyFile]: lax, [casesFile]: right });
    assert.equal((await jit(['test'], { cwd })).code, 1);
  });

  for (const [what, cases, message] of [
    [
      'a misspelt key',
      right.replace('expect', 'expcet'),
      /:4:5 {2}unknown key "expcet"; did you mean "expect"/,
    ],
    [
      'a name that stands twice',
      right.replace('deploys wait', 'deletes wait'),
      /"deletes wait" stands twice/,
    ],
    ['a verdict that is none', right.replace('verdict: deny', 'verdict: block'), /is "block"/],
    ['no cases', 'tests: []\n', /:1:/],
  ] as const) {
    test(`${what} gives 78 and its line`, async () => {
      const cwd = folderWith({ [policyFile]: policy, [casesFile]: cases });
      const { code, out } = await jit(['test'], { cwd });
      assert.equal(code, 78, out);
      assert.match(out, message);
    });
  }

  test('a file that is not there gives 78', async () => {
    const { code, err } = await jit(['test'], { cwd: folderWith({ [policyFile]: policy }) });
    assert.equal(code, 78);
    assert.match(err, /jit-approval\.test\.yml could not be read/);
  });
});

describe('jit-approval explain', () => {
  const actionFile = 'action: { sql: DELETE FROM users WHERE id = 7 }\n';

  test('an action from a file gives every rule, matched or not and why', async () => {
    const cwd = folderWith({ [policyFile]: policy, 'a.yml': actionFile });
    const { code, out, err } = await jit(['explain', '--action', 'a.yml'], { cwd });
    assert.equal(code, 0, err);
    narrow(out);
    assert.match(out, /└─ hold: Deletes rows/);
    assert.match(out, /deletes: matches, and decides: hold {2}\.github\/jit-approval\.yml:6/);
    assert.match(out, /deploys: does not match .*\n.*it is about command/);
    const json = JSON.parse((await jit(['explain', '--action', 'a.yml', '--json'], { cwd })).out);
    assert.deepEqual([json.decision, json.rules], ['hold', ['deletes']]);
    assert.equal(json.trace.length, 4);
  });

  test('an id of a report gives the verdict as the run reached it', async () => {
    const cwd = folderWith({ [policyFile]: policy });
    const suite = `"${process.execPath}" "${cli}" guard --kind deploy -- true`;
    await jit(['run', '--report', 'r.json', '--', 'sh', '-c', suite], { cwd, env });
    const report = reportSchema.parse(JSON.parse(readFileSync(path.join(cwd, 'r.json'), 'utf8')));
    const id = report.flagged[0]?.id ?? '';
    for (const given of [id, id.slice(0, 6)]) {
      const { code, out } = await jit(['explain', '--report', 'r.json', given], { cwd });
      assert.equal(code, 0);
      narrow(out);
      assert.match(out, new RegExp(`^${id} {2}deploy: true`));
      assert.match(out, /It did not run; it waits for approval/);
      assert.match(out, /deletes: does not match/);
    }
    const none = await jit(['explain', '--report', 'r.json', 'zzzzzzzz'], { cwd });
    assert.equal(none.code, 1);
    assert.match(none.err, new RegExp(`it has ${id}`));
  });

  for (const [what, args, code] of [
    ['nothing', [], 64],
    ['both', ['--report', 'r', '--action', 'a'], 64],
    ['a report without an id', ['--report', 'r'], 64],
    ['an id with an action', ['--action', 'a.yml', 'abc'], 64],
    ['a report that is no report', ['--report', policyFile, 'abc'], 78],
    ['a report that is missing', ['--report', 'no.json', 'abc'], 78],
    ['an action that is none', ['--action', policyFile], 78],
  ] as const) {
    test(`${what} gives ${code}`, async () => {
      const cwd = folderWith({ [policyFile]: policy, 'a.yml': actionFile });
      const ended = await jit(['explain', ...args], { cwd });
      assert.equal(ended.code, code, ended.err);
      assert.doesNotMatch(ended.err, /\n\s+at /);
    });
  }
});

describe('jit-approval replay', () => {
  const suite = ['deploy', 'other', 'other'].map(
    (kind) => `"${process.execPath}" "${cli}" guard --kind ${kind} -- true`,
  );

  test('shows as table and JSON what another policy decides differently', async () => {
    const stricter = policy.replace('name: deploy ', 'name: other ').replace('id: deploys', 'id: others');
    const cwd = folderWith({ [policyFile]: policy, 'new.yml': stricter });
    await jit(['run', '--report', 'r.json', '--', 'sh', '-c', suite.join('; ')], { cwd, env });
    const same = await jit(['replay', 'r.json', '--policy', policyFile], { cwd });
    assert.equal(same.code, 0, same.err);
    assert.match(same.out, /^0 of 2 recorded runtime actions/);
    const { code, out } = await jit(['replay', 'r.json', '--policy', 'new.yml'], { cwd });
    assert.equal(code, 1);
    narrow(out);
    assert.match(out, /^2 of 2 recorded runtime actions would be decided differently/);
    assert.match(out, /allow {2}hold +2× +command +other: true/);
    assert.match(out, /hold {3}allow +1× +command +deploy: true/);
    assert.match(out, /others: Deploys to a shared environment/);
    const json = JSON.parse((await jit(['replay', 'r.json', '--policy', 'new.yml', '--json'], { cwd })).out);
    assert.deepEqual(
      json.different.map((one: Record<string, unknown>) => [one.was, one.becomes, one.rules, one.count]),
      [
        ['allow', 'hold', ['others'], 2],
        ['hold', 'allow', ['deploys'], 1],
      ],
    );
  });

  for (const [what, args, code] of [
    ['no policy', ['r.json'], 64],
    ['no report', ['--policy', 'p'], 64],
    ['a policy with problems', ['r.json', '--policy', 'bad.yml'], 78],
    ['a report that is missing', ['no.json', '--policy', policyFile], 78],
  ] as const) {
    test(`${what} gives ${code}`, async () => {
      const cwd = folderWith({ [policyFile]: policy, 'bad.yml': 'version: 1\n' });
      assert.equal((await jit(['replay', ...args], { cwd })).code, code);
    });
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { annotations, inCheck, workflowCommands } from '../../src/report/annotations.ts';
import type { Flagged } from '../../src/report/schema.ts';
import { hostile, hostileForm } from './hostile.ts';
import { flagged, form, report, value } from './sample.ts';

test('the gravest come first, at the line that caused them', () => {
  const found = annotations(report());
  assert.deepEqual(
    found.map((entry) => entry.annotation_level),
    ['failure', 'failure', 'failure', 'warning', 'notice'],
  );
  assert.match(found[0]?.title ?? '', /^Denied /);
  assert.equal(found[1]?.path, 'test/api/users.test.ts');
  assert.equal(found[1]?.start_line, 42);
});

test('without a cause the annotation stands at the rule, without a rule at the policy file', () => {
  const none = { origin: null, ruleAt: null };
  const [atRule, atPolicy] = annotations(
    report({ targets: [], flagged: [flagged(form(), { origin: null }), flagged(form(), none)] }),
  );
  assert.deepEqual([atRule?.path, atRule?.start_line], ['.github/jit-approval.yml', 12]);
  assert.deepEqual([atPolicy?.path, atPolicy?.start_line], ['.github/jit-approval.yml', 1]);
  const bare = annotations(report({ targets: [], policy: [], flagged: [flagged(form(), none)] }));
  assert.equal(bare[0]?.path, '.github');
});

test('a path outside the repository or a line that no file has is not believed', () => {
  const files = ['../../etc/passwd', '/etc/passwd', 'C:\\x', 'a/../../b', '', 'a\nb', 'a\u202eb', '~/x'];
  const places = [...files.map((file) => ({ file, line: 1 })), { file: 'a.ts', line: 2 ** 40 }];
  const found = annotations(
    report({ targets: [], flagged: places.map((origin) => flagged(form(), { origin })) }),
  );
  for (const entry of found) assert.equal(entry.path, '.github/jit-approval.yml');
});

function many(count: number, outcome: Flagged['outcome']): Flagged[] {
  return Array.from({ length: count }, (_, index) =>
    flagged(form({ values: [value('email', `${index}@x`)] }), { outcome }),
  );
}

test('at most ten workflow commands of a kind, denied ones first, the tenth says what is left out', () => {
  const commands = workflowCommands(
    report({ targets: [], flagged: [...many(30, 'held'), ...many(4, 'denied'), ...many(10, 'granted')] }),
  );
  const errors = commands.filter((line) => line.startsWith('::error '));
  assert.equal(errors.length, 10);
  assert.equal(errors.filter((line) => line.includes('title=Denied')).length, 4);
  assert.match(errors[9] ?? '', /title=25 more of this kind are not annotated here/);
  assert.equal(commands.filter((line) => line.startsWith('::notice ')).length, 10);
});

test('a check run gets at most 250, the gravest, and the last says what is left out', () => {
  const all = annotations(report({ targets: [], flagged: [...many(240, 'granted'), ...many(20, 'held')] }));
  const shown = inCheck(all.toReversed(), 'policy.yml');
  assert.equal(shown.length, 250);
  assert.deepEqual(
    shown.slice(0, 21).map((entry) => entry.annotation_level),
    [...Array(20).fill('failure'), 'notice'],
  );
  assert.deepEqual([shown[249]?.title, shown[249]?.path], ['11 more are not annotated here', 'policy.yml']);
  assert.deepEqual(inCheck(all.slice(0, 250), null), all.slice(0, 250));
});

test('a workflow command names file, line and title and is one line', () => {
  const [command] = workflowCommands(
    report({ targets: [], flagged: [flagged(form(), { reason: 'a, b: 100%' })] }),
  );
  assert.match(
    command ?? '',
    /^::error file=test\/api\/users\.test\.ts,line=42,endLine=42,title=Held [0-9a-z]{8}%3A DELETE FROM users .*::Held [0-9a-z]{8}: DELETE FROM users .*%0AOn staging-db, once\.%0AWhy: a, b: 100%25%0ATo approve/,
  );
});

test('no hostile report breaks a limit, a line or a command', () => {
  fc.assert(
    fc.property(fc.array(hostileForm, { maxLength: 15 }), hostile, (forms, text) => {
      const hostileReport = report({
        flagged: forms.map((of, index) =>
          flagged(of, {
            outcome: index % 2 === 0 ? 'held' : 'denied',
            reason: text.repeat(20),
            target: text,
            unknown: [text],
            unbindable: index % 3 === 0 ? text : null,
            origin: { file: text, line: 3 },
          }),
        ),
      });
      for (const entry of annotations(hostileReport)) {
        assert.ok(entry.title.length <= 255 && entry.title.length > 0);
        assert.ok(Buffer.byteLength(entry.message) <= 64 * 1024 && entry.message.length > 0);
        assert.ok(Buffer.byteLength(entry.raw_details ?? '') <= 64 * 1024);
        assert.doesNotMatch(entry.title, /[\n\r\u001b\u202e]|@[A-Za-z0-9]/);
        assert.doesNotMatch(entry.message, /[\r\u001b\u202e]|^\s*\/|^\s*::|@[A-Za-z0-9]/m);
      }
      const commands = workflowCommands(hostileReport);
      assert.ok(commands.length <= 30);
      for (const command of commands) assert.match(command, /^::(error|warning|notice) [^\n\r]*$/);
    }),
  );
});

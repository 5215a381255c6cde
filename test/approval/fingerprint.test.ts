import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { actionId, binding, fingerprint, varyingFields } from '../../src/approval/fingerprint.ts';
import type { ActionForm, FormValue } from '../../src/approval/form.ts';
import { volatileClass } from '../../src/approval/volatile.ts';

const uuids = ['8f14e45f-ceea-467f-a8d5-1d1f0b0c9a11', '1b4e28ba-2fa1-4d3b-9a2b-0123456789ab'] as const;

function value(name: string, text: string, selects = false): FormValue {
  return { name, type: 'string', text, selects };
}

function form(values: FormValue[], change: Partial<ActionForm> = {}): ActionForm {
  return {
    kind: 'sql',
    target: 'staging-db',
    role: 'app',
    relations: ['public.orders'],
    shape: Array.from({ length: values.length + 1 }, (_, index) => `part ${index} `),
    values,
    rules: [{ id: 'r', digest: 'a'.repeat(64) }],
    ...change,
  };
}

describe('fingerprint', () => {
  const base = form([value('id', '1'), value('email', 'a@x')]);
  const changes: [string, ActionForm][] = [
    ['kind', { ...base, kind: 'http' }],
    ['target', { ...base, target: 'production-db' }],
    ['role', { ...base, role: 'postgres' }],
    ['relations', { ...base, relations: ['audit.orders'] }],
    ['unresolved relations', { ...base, relations: null }],
    ['shape', { ...base, shape: ['part 0 ', 'part 1 ', 'part 3 '] }],
    ['a value', form([value('id', '2'), value('email', 'a@x')])],
    ['a type', form([{ ...value('id', '1'), type: 'number' }, value('email', 'a@x')])],
    ['whether a value selects', form([value('id', '1', true), value('email', 'a@x')])],
    ["a rule's content", { ...base, rules: [{ id: 'r', digest: 'b'.repeat(64) }] }],
    ['the rules', { ...base, rules: [] }],
  ];
  for (const [what, changed] of changes) {
    test(`changes with ${what}`, () => assert.notEqual(fingerprint(changed), fingerprint(base)));
  }

  test('text moved from a value into the shape is another fingerprint', () => {
    const split = form([value('a', 'x y')], { shape: ['', ''] });
    const moved = form([value('a', 'x')], { shape: ['', ' y'] });
    assert.notEqual(fingerprint(split), fingerprint(moved));
  });
});

describe('binding', () => {
  const first = form([value('id', uuids[0]), value('email', 'a@x'), value('row', uuids[0], true)]);

  test('without varying fields it is the fingerprint', () => {
    assert.equal(binding(first, []), fingerprint(first));
  });

  test('binds the class of a varying field and every other value', () => {
    const other = form([value('id', uuids[1]), value('email', 'a@x'), value('row', uuids[0], true)]);
    assert.equal(binding(first, ['id']), binding(other, ['id']));
    const changed = form([value('id', uuids[1]), value('email', 'b@x'), value('row', uuids[0], true)]);
    assert.notEqual(binding(first, ['id']), binding(changed, ['id']));
    const plain = form([value('id', '7'), value('email', 'a@x'), value('row', uuids[0], true)]);
    assert.equal(binding(plain, ['id']), null);
  });

  test('never leaves open what decides which thing is touched, nor what has no class', () => {
    assert.equal(binding(first, ['row']), null);
    assert.equal(binding(first, ['email']), null);
    assert.equal(binding(first, ['nothing']), null);
    assert.deepEqual(varyingFields(first), [{ name: 'id', class: 'uuid' }]);
  });
});

describe('volatile classes', () => {
  const cases: [string, string | null][] = [
    [uuids[0], 'uuid'],
    ['01ARZ3NDEKTSV4RRFFQ69G5FAV', 'ulid'],
    ['2026-11-23T10:11:12.123Z', 'timestamp'],
    ['2026-11-23 10:11:12+00', 'timestamp'],
    ['2026-11-23', null],
    ['9f86d081884c7d65', 'hex'],
    ['1234567890123456', null],
    [`user-${uuids[0]}@test.example`, 'email user-*@test.example'],
    ['ceo@corp.example', null],
    ['DROP TABLE users', null],
    [`${uuids[0]}'; DROP TABLE users`, null],
    ['', null],
  ];
  for (const [text, expected] of cases) {
    test(`${JSON.stringify(text)} is ${expected ?? 'data'}`, () =>
      assert.equal(volatileClass(text), expected));
  }

  test('an e-mail class keeps the domain and what surrounds the generated piece', () => {
    const [a, b] = [
      volatileClass('user-1700000000000@test.example'),
      volatileClass('user-1700000000001@test.example'),
    ];
    assert.equal(a, b);
    assert.notEqual(a, volatileClass('admin-1700000000000@test.example'));
    assert.notEqual(a, volatileClass('user-1700000000000@corp.example'));
  });
});

describe('action id', () => {
  test('is a prefix of the base 32 form of the fingerprint, without i, l, o and u', () => {
    const print = fingerprint(form([value('id', '1')]));
    assert.match(actionId(print, 52), /^[0-9a-hjkmnp-tv-z]{52}$/);
    assert.equal(actionId(print), actionId(print, 52).slice(0, 8));
    assert.equal(actionId('f'.repeat(64), 52), `${'z'.repeat(51)}g`);
    assert.equal(actionId('0'.repeat(64)), '00000000');
  });
});

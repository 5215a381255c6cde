import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Fact } from '../../src/approval/facts.ts';
import { actionId, runIdLength } from '../../src/approval/fingerprint.ts';
import { assignIds, publishedIds, resolveIds } from '../../src/approval/resolve-ids.ts';
import { instant, start } from './story.ts';

const at = instant(start);
/** 40 bits are 8 characters: these three agree in exactly those. */
const prints = ['0', '8', 'f'].map((digit) => `${'3f2504e04f'}${digit}`.padEnd(64, '0'));
const [first = '', second = '', third = ''] = prints;
const short = actionId(first);
const recorded = (facts: readonly Fact[]) => facts.map((fact, index) => ({ ...fact, sequence: index + 1 }));
const published = recorded(assignIds([], prints, at));
const longer = actionId(second, 9);

describe('action ids', () => {
  test('the first fingerprint keeps the short id, later ones that collide get longer ids', () => {
    assert.deepEqual(
      published.map((fact) => fact.type === 'id' && [fact.id, fact.fingerprint]),
      [
        [short, first],
        [longer, second],
        [actionId(third, 9), third],
      ],
    );
    assert.equal(new Set(published.map((fact) => fact.type === 'id' && fact.id)).size, 3);
  });

  test('a fingerprint that has an id gets no other, also when it comes twice', () => {
    assert.deepEqual(assignIds(published, prints, at), []);
    assert.equal(assignIds([], [first, first], at).length, 1);
  });

  test('an id belongs for ever to the fingerprint that had it first', () => {
    const stolen = [...published, { type: 'id', at, id: short, fingerprint: third, sequence: 9 } as const];
    assert.equal(publishedIds(stolen.toReversed()).get(short), first);
  });

  test('a beginning of six characters is enough while it is unambiguous', () => {
    const one = published.slice(0, 1);
    assert.deepEqual(resolveIds(one, [short.slice(0, 6)], []), {
      kind: 'found',
      actions: [{ id: short, fingerprint: first }],
    });
  });

  test('an ambiguous beginning is refused and lists what it could mean', () => {
    const resolved = resolveIds(published, [short.slice(0, 6)], []);
    assert.equal(resolved.kind, 'refused');
    if (resolved.kind === 'refused')
      assert.match(resolved.why, new RegExp(`could mean \`${short}\` or \`${longer}\``));
  });

  test('a whole id means just that action though a longer id begins with it', () => {
    assert.deepEqual(resolveIds(published, [short, longer.toUpperCase()], []), {
      kind: 'found',
      actions: [
        { id: short, fingerprint: first },
        { id: longer, fingerprint: second },
      ],
    });
  });

  test('more characters than were published are fine as long as they are the fingerprint’s own', () => {
    assert.equal(resolveIds(published, [actionId(third, 26)], []).kind, 'found');
    assert.equal(resolveIds(published, [`${short}zzzz`], []).kind, 'refused');
  });

  test('what a run prints names its own action, though another with the same short id was published first', () => {
    assert.deepEqual(resolveIds(published, [actionId(second, runIdLength)], []), {
      kind: 'found',
      actions: [{ id: longer, fingerprint: second }],
    });
    assert.ok(runIdLength >= 12);
  });

  test('an unknown id refuses the whole command and lists what waits', () => {
    assert.deepEqual(resolveIds(published, [short, 'zzzzzzzz'], [short]), {
      kind: 'refused',
      why: `\`zzzzzzzz\` is not an action of this pull request; waiting: \`${short}\``,
    });
    assert.deepEqual(resolveIds(published, ['zzzzzzzz'], []), {
      kind: 'refused',
      why: '`zzzzzzzz` is not an action of this pull request; nothing waits for a decision',
    });
  });
});

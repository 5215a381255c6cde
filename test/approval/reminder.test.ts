import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fingerprint } from '../../src/approval/fingerprint.ts';
import { reminding } from '../../src/approval/reminder.ts';
import type { HoldRequirement } from '../../src/approval/requirement.ts';
import {
  asks,
  deleteSeven,
  formOf,
  granted,
  hour,
  instant,
  reported,
  requirement,
  type Story,
  story,
  value,
} from './story.ts';

const other = formOf([value('name', 'x')]);
const rule = (over: Partial<HoldRequirement> = {}) =>
  asks(
    requirement({
      remindMs: 4 * hour,
      from: { role: null, teams: ['acme/data'], users: ['ines', '@everyone <x>'] },
      ...over,
    }),
  );
const held = () =>
  story()
    .pull()
    .ran([reported(deleteSeven), reported(other)])
    .id(deleteSeven, '7f3k9q2m')
    .id(other, '8g4m0r3n');
const look = (told: Story, rules = rule()) => reminding(told.facts, told.state(rules), told.now);
const noted = (told: Story, fingerprints: readonly string[]) =>
  told.tell({ type: 'reminder', at: instant(told.now), fingerprints: [...fingerprints] });

describe('a reminder', () => {
  test('comes so long before the time is over, and names those who can decide and all that waits', () => {
    const told = held();
    assert.deepEqual(look(told), { due: null, next: told.now + 20 * hour });
    const { due } = look(told.wait(20 * hour));
    assert.deepEqual(due?.fingerprints, [fingerprint(deleteSeven), fingerprint(other)]);
    assert.match(due?.body ?? '', /^@acme\/data @ines: these runtime actions still wait/);
    assert.match(due?.body ?? '', /- `7f3k9q2m`\n- `8g4m0r3n`/);
    assert.doesNotMatch(due?.body ?? '', /everyone/);
  });

  test('is given once, also when it was lost, and again only for what was never named', () => {
    const told = held().wait(21 * hour);
    noted(told, look(told).due?.fingerprints ?? []);
    assert.deepEqual(look(told.wait(48 * hour)), { due: null, next: null });
    const third = formOf([value('name', 'y')]);
    told.ran([reported(third), reported(deleteSeven)], { attempt: 2 }).id(third, '9h5n1s4p');
    assert.equal(look(told).next, told.now + 20 * hour);
  });

  test('counts from the vote that will lapse first where one of two has approved', () => {
    const told = held()
      .wait(10 * hour)
      .approve(deleteSeven)
      .vote('deny', other, 'dana');
    assert.equal(look(told, rule({ count: 2 })).next, told.now + 20 * hour);
  });

  test('comes of nothing that is decided, of no closed pull request, and not unasked', () => {
    const decided = held()
      .approve(deleteSeven)
      .vote('deny', other, 'dana')
      .wait(21 * hour);
    assert.deepEqual(look(decided), { due: null, next: null });
    assert.deepEqual(
      look(
        held()
          .wait(21 * hour)
          .pull({ state: 'closed' }),
      ),
      { due: null, next: null },
    );
    assert.deepEqual(look(held().wait(21 * hour), rule({ remindMs: null })), { due: null, next: null });
    const ran = held()
      .approve(deleteSeven)
      .approve(other)
      .ran([granted(deleteSeven), granted(other)], { attempt: 2 });
    assert.deepEqual(look(ran.wait(21 * hour)), { due: null, next: null });
  });

  test('where only a role is asked for it goes to the author, who knows whom to ask', () => {
    const told = held().wait(21 * hour);
    const { due } = look(told, rule({ from: { role: 'maintain', teams: [], users: [] } }));
    assert.match(due?.body ?? '', /^@author: /);
  });
});

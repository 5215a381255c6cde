import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { NoticeFact, RecordedFact } from '../../src/approval/facts.ts';
import { type OwnComment, openNotices } from '../../src/approval/notice.ts';

const digest = (letter: string) => letter.repeat(64);

function told(...facts: Partial<NoticeFact>[]): readonly RecordedFact[] {
  return facts.map((over, index) => ({
    type: 'notice',
    at: '2026-01-01T00:00:00Z',
    commentId: 1,
    digest: digest('a'),
    announced: ['7f3k9q2m'],
    minimised: false,
    sequence: index + 1,
    ...over,
  }));
}

const comment = (id: number, over: Partial<OwnComment> = {}): OwnComment => ({
  id,
  body: `Comment ${id}`,
  digest: digest('f'),
  minimised: false,
  ...over,
});

const ids = (facts: readonly RecordedFact[], comments: readonly OwnComment[]) =>
  openNotices(facts, comments).map(({ id }) => id);

suite('which of our comments tells people what to decide', () => {
  test('the one that the ledger says we wrote, whatever else we wrote there', () => {
    assert.deepEqual(ids(told({}), [comment(3), comment(1), comment(2, { body: '@alice, about' })]), [1]);
  });

  test('one whose id a crash kept from the ledger is known by its text', () => {
    const facts = told({ commentId: null });
    assert.deepEqual(ids(facts, [comment(4, { digest: digest('a') }), comment(5)]), [4]);
    assert.deepEqual(openNotices(facts, [comment(4, { digest: digest('a') })])[0]?.announced, ['7f3k9q2m']);
  });

  test('not one that is folded away, whether the ledger or GitHub says so', () => {
    const facts = told({}, { minimised: true }, { commentId: 2 }, { commentId: 3 });
    assert.deepEqual(ids(facts, [comment(1), comment(2, { minimised: true }), comment(3)]), [3]);
  });

  test('a lost ledger takes the newest that answers nobody, and does not know what it announced', () => {
    const found = openNotices([], [comment(2), comment(1), comment(3, { body: '@alice, about your click' })]);
    assert.deepEqual(found, [{ id: 2, body: 'Comment 2', announced: null }]);
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Event, letters, type Terms } from './model/events.ts';
import { beginning, happen, observe, type Reference } from './model/reference.ts';
import { World } from './model/world.ts';

/**
 * Every sequence of events up to a length, over the real core and a second, naive telling of what approvals
 * mean: after each event both must say the same. A shorter sequence is a longer one of which facts were
 * dropped, so every loss is searched too; `2` delivers a vote twice. 515,038 sequences in all, some 20 s.
 */
interface Scene {
  readonly title: string;
  readonly alphabet: string;
  readonly length: number;
  readonly terms?: Partial<Terms>;
}

const scenes: readonly Scene[] = [
  { title: 'everything that can happen', alphabet: Object.keys(letters).join(''), length: 3 },
  { title: 'two of three people, deny, revoke, time', alphabet: 'mduxrz', length: 6 },
  { title: 'denials and revokes of two people', alphabet: 'mdxyrs', length: 6 },
  { title: 'pushes by an approver, and back', alphabet: 'mdrqbh', length: 6 },
  { title: 'a rule that changes', alphabet: 'mdcghr', length: 6 },
  { title: 'values left open', alphabet: 'mMDxor', length: 6 },
  { title: 'one run per approval', alphabet: 'mdghrz', length: 6, terms: { count: 1, uses: 'once' } },
  { title: 'approvals of one commit', alphabet: 'mpbhgz', length: 6, terms: { count: 1, scope: 'commit' } },
  { title: 'executions on another head', alphabet: 'mpnhgb', length: 6, terms: { count: 1 } },
  { title: 'asking to run again', alphabet: 'makhgx', length: 6, terms: { count: 1 } },
];

interface Search {
  sequences: number;
  reordered: number;
}

/** Neighbours whose order means nothing: what two people say, a denial and the approval that it forbids anyway. */
function commute(a: string, b: string, word: string): boolean {
  const [one, other] = [letters[a], letters[b]];
  if (one?.type === 'approve' && other?.type === 'approve') return one.by !== other.by;
  if (one?.type === 'retarget' || other?.type === 'retarget') return a !== b;
  // unless something ran: between approval and denial it might
  if (word.includes('g')) return false;
  const kinds = [one?.type, other?.type];
  return kinds.includes('deny') && kinds.every((kind) => kind === 'deny' || kind === 'approve');
}

/** The same events with two neighbours exchanged, of which the search has seen the result already. */
function* earlierOrders(word: string, alphabet: string): Generator<string> {
  for (let at = 0; at + 1 < word.length; at++) {
    const [a = '', b = ''] = [word[at], word[at + 1]];
    if (alphabet.indexOf(a) > alphabet.indexOf(b) && commute(a, b, word))
      yield word.slice(0, at) + b + a + word.slice(at + 2);
  }
}

function explore(scene: Scene): Search {
  const terms: Terms = { count: 2, scope: 'pull-request', uses: null, ...scene.terms };
  const world = new World(terms);
  const found: Search = { sequences: 0, reordered: 0 };
  const events = [...scene.alphabet].map((letter): [string, Event] => {
    const event = letters[letter];
    assert.ok(event !== undefined);
    return [letter, event];
  });
  const finals = new Map<string, string>();
  const visit = (word: string, reference: Reference): void => {
    found.sequences++;
    const state = world.state();
    const observed = world.observe(state);
    assert.deepEqual(observed, observe(reference, terms), `after "${word}"`);
    const final = JSON.stringify([observed, state.decisions.grants]);
    finals.set(word, final);
    for (const other of earlierOrders(word, scene.alphabet)) {
      found.reordered++;
      assert.equal(final, finals.get(other), `"${word}" and "${other}" mean the same`);
    }
    assert.deepEqual(world.released(state), [], `after "${word}" something else runs`);
    assert.equal(
      new Set(world.asked).size,
      world.asked.length,
      `after "${word}" an attempt was asked for twice`,
    );
    if (word.length === scene.length) return;
    for (const [letter, event] of events) {
      const back = world.mark();
      world.happen(event);
      visit(word + letter, happen(reference, event, terms));
      back();
    }
  };
  visit('', beginning);
  return found;
}

describe('the fold and the reference say the same', () => {
  for (const scene of scenes)
    test(scene.title, (context) => {
      const { sequences, reordered } = explore(scene);
      context.diagnostic(`${sequences} sequences of up to ${scene.length} events, ${reordered} reordered`);
    });
});

test('facts that arrive in any order, and twice over, give the same state to the last detail', (context) => {
  let compared = 0;
  for (const word of words('mdMxrqbhgcz', 3)) {
    const world = new World({ count: 2, scope: 'pull-request', uses: null });
    for (const letter of word) world.happen(letters[letter] ?? assert.fail(letter));
    const whole = world.state();
    assert.deepEqual(world.state(world.facts.toReversed()), whole, word);
    assert.deepEqual(world.state([...world.facts.slice(2), ...world.facts]), whole, word);
    compared++;
  }
  context.diagnostic(`${compared} stories, each in three arrangements`);
});

function words(alphabet: string, length: number): readonly string[] {
  if (length === 0) return [''];
  return words(alphabet, length - 1).flatMap((word) => [...alphabet].map((letter) => word + letter));
}

import assert from 'node:assert/strict';
import { writeSync } from 'node:fs';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { Relay } from '../../src/suite/relay.ts';

function opened() {
  const said: string[] = [];
  const out = new Writable({
    write(piece, _encoding, done) {
      said.push(String(piece));
      done();
    },
  });
  const relay = new Relay(out);
  const open = (name: string) => {
    const { descriptor, end } = relay.open(() => said.push(`<${name}>`));
    return {
      say: (words: string) => writeSync(descriptor, words),
      end: () => end(() => said.push(`</${name}>`)),
    };
  };
  return { relay, open, text: () => said.join('') };
}

test('what steps write at the same time comes out in one piece each, the oldest first', () => {
  const { relay, open, text } = opened();
  const [a, b, c] = [open('a'), open('b'), open('c')];
  b.say('b1 ');
  a.say('a1 ');
  c.say('c1');
  b.end();
  a.say('a2');
  assert.equal(text(), '<a>', 'b has ended, and waits for a');
  a.end();
  assert.equal(text(), '<a>a1 a2</a><b>b1 </b><c>');
  c.end();
  relay.close();
  assert.equal(text(), '<a>a1 a2</a><b>b1 </b><c>c1</c>');
});

test('what a background process writes after its step has ended is not lost', () => {
  const { relay, open, text } = opened();
  const a = open('a');
  a.end();
  a.say('later');
  relay.close();
  assert.equal(text(), '<a></a>later');
});

test('more than one piece of output passes whole', () => {
  const { relay, open, text } = opened();
  const a = open('a');
  a.say('x'.repeat(200_000));
  a.end();
  relay.close();
  assert.equal(text().length, 200_000 + '<a></a>'.length);
});

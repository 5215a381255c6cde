import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type EntryKind, Pipeline } from '../../../src/protocol/postgres/pipeline.ts';
import { ProtocolViolation } from '../../../src/protocol/postgres/violation.ts';

/** Sends kinds, feeds answers; a transcript of `answer>kind:state` and of what was skipped. */
function play(
  sent: readonly EntryKind[],
  received: string,
): { transcript: string[]; pipeline: Pipeline<{ kind: EntryKind }> } {
  const pipeline = new Pipeline<{ kind: EntryKind }>();
  for (const kind of sent) pipeline.send({ kind });
  const transcript = [...received].map((type) => {
    const { entry, state, skipped } = pipeline.receive(type);
    const also = skipped.length === 0 ? '' : ` skips ${skipped.map(({ kind }) => kind).join(' ')}`;
    return `${type}>${entry?.kind ?? 'nobody'}:${state}${also}`;
  });
  return { transcript, pipeline };
}

describe('the pipeline', () => {
  test('matches answers to what was sent, oldest first', () => {
    const { transcript, pipeline } = play(['parse', 'bind', 'execute', 'sync'], '12DDCZ');
    assert.deepEqual(transcript, [
      '1>parse:done',
      '2>bind:done',
      'D>execute:more',
      'D>execute:more',
      'C>execute:done',
      'Z>sync:done',
    ]);
    assert.ok(pipeline.empty);
  });

  test('after an error nothing is answered up to the next Sync', () => {
    const { transcript } = play(['parse', 'bind', 'execute', 'sync', 'parse', 'sync'], '1EZ1Z');
    assert.deepEqual(transcript, [
      '1>parse:done',
      'E>bind:failed skips execute',
      'Z>sync:done',
      '1>parse:done',
      'Z>sync:done',
    ]);
  });

  test('after an error without a Sync in sight the server discards all but a Sync, a Query too', () => {
    const { pipeline } = play(['bind'], 'E');
    assert.ok(pipeline.skipping);
    assert.equal(pipeline.send({ kind: 'query' }), false);
    assert.equal(pipeline.send({ kind: 'sync' }), true);
    assert.equal(pipeline.skipping, false);
    assert.equal(pipeline.receive('Z').entry?.kind, 'sync');
  });

  test('an error of a Query ends with its ReadyForQuery and discards nothing', () => {
    const { transcript } = play(['query', 'query'], 'EZCZ');
    assert.deepEqual(transcript, ['E>query:more', 'Z>query:done', 'C>query:more', 'Z>query:done']);
  });

  test('a Sync sent before COPY data is discarded by the server', () => {
    const { transcript, pipeline } = play(['execute', 'sync'], 'G');
    assert.deepEqual(transcript, ['G>execute:more skips sync']);
    assert.ok(pipeline.copyingIn);
    pipeline.copyInEnded();
    pipeline.send({ kind: 'sync' });
    assert.equal(pipeline.receive('C').state, 'done');
    assert.equal(pipeline.receive('Z').entry?.kind, 'sync');
  });

  test('anything but a Sync before COPY data is a violation', () => {
    assert.throws(() => play(['execute', 'parse'], 'G'), ProtocolViolation);
  });

  test('notices, parameters and notifications may come at any time and answer nothing', () => {
    const { transcript } = play([], 'NSA');
    assert.deepEqual(transcript, ['N>nobody:more', 'S>nobody:more', 'A>nobody:more']);
  });

  test('an answer that was not asked for is a violation', () => {
    assert.throws(() => play([], 'Z'), /unasked/);
    assert.throws(() => play(['parse'], '2'), /answered parse/);
    assert.throws(() => play(['sync'], 'C'), /answered sync/);
  });
});

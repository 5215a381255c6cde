import { test } from 'node:test';
import { playPeople } from '../../src/sandbox/demo/auto.ts';
import { openStage } from '../../src/sandbox/demo/stage.ts';

test('held, approved by comment and by button, run again once, green: with the built dist, as the demo plays it', async (t) => {
  await using stage = await openStage();
  await playPeople(stage, (line) => t.diagnostic(line));
});

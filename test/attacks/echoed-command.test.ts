import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandHelp, parseCommand } from '../../src/approval/command.ts';

// S5: the bot reads itself, or somebody quotes it; its help and refusals hold commands as text

test('a refusal that is quoted or copied whole is no command', () => {
  const parsed = parseCommand('/approve nonsense');
  assert.equal(parsed.kind, 'refused');
  if (parsed.kind !== 'refused') return;
  for (const body of [parsed.why, `> ${parsed.why}`, `@maria ${parsed.why}`])
    assert.deepEqual(parseCommand(body), { kind: 'none' });
});

test('help, copied line by line, approves nothing', () => {
  for (const line of commandHelp) assert.notEqual(parseCommand(line).kind, 'command', line);
});

test('a refusal repeats foreign text on one line, quoted and short', () => {
  const hostile = parseCommand(`/approve ${'x'.repeat(5000)}`);
  assert.ok(hostile.kind === 'refused' && hostile.why.length < 250);
  const lines = parseCommand('/deny "\t/approve');
  assert.ok(lines.kind === 'refused' && !lines.why.includes('\n') && lines.why.includes('"\\""'));
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { suite, test } from 'node:test';
import { parse } from 'yaml';
import { events } from '../../src/app/events.ts';
import { webhooksPath } from '../../src/app/http/webhooks.ts';
import { permissions } from '../sandbox/help/scene.ts';

const root = path.resolve(import.meta.dirname, '../..');
const text = readFileSync(path.join(root, 'app.yml'), 'utf8');
const manifest = parse(text);

suite("the App's manifest", () => {
  test('above each permission and event one comment says why', () => {
    const lines = text.split('\n');
    const bare = lines.filter(
      (line, index) =>
        /^ {2}(- \w+|\w+: (read|write))$/.test(line) && !/^ {2}# \S/.test(lines[index - 1] ?? ''),
    );
    assert.deepEqual(bare, []);
  });

  test('it asks for the permissions under which all tests pass, and for no other', () => {
    const { metadata, ...asked } = manifest.default_permissions;
    assert.equal(metadata, 'read');
    assert.deepEqual(asked, permissions);
  });

  test('it subscribes to the events that the App routes', () => {
    const routed = Object.values(events)
      .flat()
      .map((event) => event.split('.')[0]);
    assert.deepEqual(manifest.default_events, [...new Set(routed)].sort());
  });

  test('webhooks go where the App answers them', () => {
    assert.equal(new URL(manifest.hook_attributes.url).pathname, webhooksPath);
  });
});

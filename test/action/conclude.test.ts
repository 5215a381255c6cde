import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import type { Flagged, Report } from '../../src/report/schema.ts';
import { Recorder } from '../../src/suite/recorder.ts';
import { flagged, form, report, value } from '../report/sample.ts';
import { scene } from '../sandbox/help/scene.ts';
import { folderFor } from '../sandbox/runner/harness.ts';
import { builtLauncher, launch, nodeAndSystem } from './launch.ts';

/** 10,000 flagged runtime actions, the gravest last, as a run leaves them. */
function overflowing(): Pick<Report, 'flagged' | 'notices'> {
  const recorder = new Recorder();
  const outcomes: readonly Flagged['outcome'][] = ['granted', 'granted', 'granted', 'held'];
  for (let at = 0; at < 10_000; at++) {
    const of = form({ values: [value('email', `${at}@example.test`, { selects: true })] });
    const outcome = at >= 9_996 ? 'denied' : (outcomes[Math.floor(at / 2_500)] ?? 'held');
    recorder.flag(flagged(of, { outcome, origin: { file: `test/${at}.test.ts`, line: 1 } }));
  }
  const { flagged: kept, notices } = recorder.results();
  return { flagged: kept, notices };
}

test('of 10,000 flagged runtime actions the gravest are annotated, within every limit, with a line on the rest', async (t) => {
  await using it = await scene();
  const { sandbox } = it;
  const head = await sandbox.act.push('acme/shop', 'wanda', { branch: 'topic', files: { a: 'a' } });
  const folder = folderFor(t);
  const [file, summary] = [join(folder, 'report.json'), join(folder, 'summary.md')];
  mkdirSync(folder, { recursive: true });
  writeFileSync(summary, '');
  const left = report({ app: null, ...overflowing() });
  writeFileSync(file, JSON.stringify({ ...left, run: { ...left.run, head } }));
  const { code, stdout } = await launch(builtLauncher, 'conclude', {
    PATH: nodeAndSystem,
    HOME: '/tmp',
    GITHUB_API_URL: sandbox.apiUrl,
    GITHUB_STEP_SUMMARY: summary,
    JIT_INPUT_GITHUB_TOKEN: sandbox.create.jobToken('acme/shop', { checks: 'write' }),
    JIT_REPORT: file,
    JIT_EXIT_CODE: '77',
  });
  assert.equal(code, 77);
  const lines = stdout.split('\n');

  const errors = lines.filter((line) => line.startsWith('::error '));
  assert.equal(errors.length, 10);
  assert.equal(errors.filter((line) => line.includes('title=Denied')).length, 4);
  assert.match(errors[9] ?? '', /title=2491 more of this kind are not annotated here/);
  assert.ok(lines.every((line) => !line.startsWith('::') || line.length < 20_000));

  const [check] = sandbox.read.checks('acme/shop', head);
  const shown = check?.annotations ?? [];
  assert.equal(shown.length, 250);
  assert.equal(shown.filter(({ title }) => title?.startsWith('Denied')).length, 4);
  assert.equal(shown.filter(({ title }) => title?.startsWith('Held')).length, 245);
  assert.match(shown.at(-1)?.title ?? '', /^4752 more are not annotated here$/);
  assert.deepEqual(sandbox.violations, []);

  const text = readFileSync(summary, 'utf8');
  assert.ok(Buffer.byteLength(text) <= 1024 * 1024);
  assert.match(text, /4800 more are in the report, not here/);
  assert.match(text, /5000 further flagged runtime actions are not listed/);
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { annotations } from '../../src/report/annotations.ts';
import { type Report, reportSchema } from '../../src/report/schema.ts';
import { jobSummary } from '../../src/report/summary.ts';
import { cli, folderWith, guardPolicy, jit } from './help.ts';

const guard = `"${process.execPath}" "${cli}" guard`;

async function runWith(policy: string, command: string) {
  const cwd = folderWith({ '.github/jit-approval.yml': policy });
  const args = ['run', '--report', 'report.json', '--', 'sh', '-c', command];
  const ended = await jit(args, { cwd });
  const report: Report = reportSchema.parse(JSON.parse(readFileSync(path.join(cwd, 'report.json'), 'utf8')));
  return { ...ended, cwd, report };
}

describe('mode: record', () => {
  const recording = guardPolicy.replace('default: allow', 'mode: record\ndefault: allow');
  const suite = `${guard} --kind deploy -- touch deployed && ${guard} --kind wipe -- touch wiped`;

  test('what would be held and what would be denied runs, and the report says which', async () => {
    const { code, err, cwd, report } = await runWith(recording, suite);
    assert.equal(code, 0, err);
    readFileSync(path.join(cwd, 'deployed'));
    readFileSync(path.join(cwd, 'wiped'));
    assert.deepEqual(
      report.flagged.map(({ outcome, reason }) => [outcome, reason]),
      [
        ['would-hold', 'Deploys to a shared environment'],
        ['would-deny', 'Wipes are never allowed'],
      ],
    );
    assert.deepEqual(
      [report.result, report.steps[0]?.status, report.steps[0]?.allowed],
      ['passed', 'passed', 2],
    );
  });

  test('terminal, summary and annotations say that it only records, and nothing asks for approval', async () => {
    const { err, report } = await runWith(recording, suite);
    assert.match(err, /Recording, nothing is held/);
    assert.match(err, /mode: record/);
    const summary = jobSummary(report);
    assert.match(summary, /1 would be held and 1 would be denied/);
    assert.doesNotMatch(summary, /\/approve/);
    const found = annotations(report);
    assert.deepEqual(new Set(found.map((entry) => entry.annotation_level)), new Set(['notice']));
    assert.match(found.map((entry) => entry.message).join(), /Enforced, it would be denied/);
  });

  test('the same policy without it holds and denies', async () => {
    const { code, report } = await runWith(guardPolicy, suite.replace(' && ', '; '));
    assert.equal(code, 77);
    assert.deepEqual(
      report.flagged.map(({ outcome }) => outcome),
      ['held', 'denied'],
    );
  });

  test('another word than record or enforce is refused', async () => {
    const cwd = folderWith({ '.github/jit-approval.yml': 'version: 1\ndefault: allow\nmode: recrod\n' });
    const { code, out } = await jit(['check'], { cwd });
    assert.equal(code, 78);
    assert.match(out, /:3:7 .*did you mean "record"/);
  });
});

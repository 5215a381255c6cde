import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRunner } from '../../src/sandbox/runner/index.ts';
import { scene } from './help/scene.ts';

const workflow = `name: Integration
on: pull_request
permissions:
  checks: write
jobs:
  suite:
    runs-on: ubuntu-latest
    outputs:
      head: \${{ steps.look.outputs.head }}
    steps:
      - uses: actions/checkout@v4
      - id: look
        run: |
          echo "head=$GITHUB_HEAD_REF" >> "$GITHUB_OUTPUT"
          echo "# Read $(cat a.txt)" >> "$GITHUB_STEP_SUMMARY"
          echo "::warning file=a.txt,line=1,title=Careful::look here"
  deploy:
    needs: suite
    runs-on: ubuntu-latest
    steps:
      - run: test "\${{ needs.suite.outputs.head }}" = topic
`;

test("the sandbox's runner executes a real workflow: checkout, outputs, needs, summary, annotations", async () => {
  await using it = await scene({ runner: createRunner(), files: { '.github/workflows/ci.yml': workflow } });
  await it.sandbox.act.push('acme/shop', 'wanda', { branch: 'topic', files: { 'a.txt': 'apples' } });
  await it.sandbox.act.openPull('acme/shop', 'wanda', { head: 'topic', title: 'Topic' });
  await it.sandbox.idle();
  const run = it.sandbox.read.runs('acme/shop')[0];
  assert.ok(run);
  const attempt = it.sandbox.read.attempt(run.id);
  const logs = attempt.jobs.flatMap((job) => job.log).join('\n');
  assert.equal(attempt.conclusion, 'success', logs);
  assert.match(attempt.jobs[0]?.summaries.join('') ?? '', /# Read apples/);
  assert.equal(attempt.jobs[0]?.checkRun.annotations[0]?.message, 'look here');
  assert.deepEqual(it.sandbox.violations, []);
});

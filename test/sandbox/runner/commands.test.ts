import assert from 'node:assert/strict';
import test from 'node:test';
import { createMasker } from '../../../src/sandbox/runner/masker.ts';
import { parseWorkflowCommand } from '../../../src/sandbox/runner/workflow-command.ts';
import { run } from './harness.ts';

test('a workflow command is parsed with its properties and escapes', () => {
  assert.deepEqual(parseWorkflowCommand('  ::error file=a%2Cb.ts,line=3,title=A%3AB::x%0Ay%25'), {
    name: 'error',
    properties: { file: 'a,b.ts', line: '3', title: 'A:B' },
    data: 'x\ny%',
  });
  assert.deepEqual(parseWorkflowCommand('::endgroup::'), { name: 'endgroup', properties: {}, data: '' });
  for (const line of ['text ::error::x', ':: error::x', '::error', 'plain'])
    assert.equal(parseWorkflowCommand(line), null, line);
});

test('errors, warnings and notices become annotations with file, lines and title', async (t) => {
  const seen = await run(
    t,
    `- run: |
    echo "::error file=src/a.ts,line=3,endLine=5,title=Bad thing::first%0Asecond"
    echo "::warning file=$GITHUB_WORKSPACE/b.ts::relative"
    echo "::notice::no file"`,
  );
  assert.deepEqual(seen.annotations, [
    {
      level: 'failure',
      message: 'first\nsecond',
      title: 'Bad thing',
      path: 'src/a.ts',
      startLine: 3,
      endLine: 5,
    },
    { level: 'warning', message: 'relative', title: null, path: 'b.ts', startLine: 1, endLine: 1 },
    { level: 'notice', message: 'no file', title: null, path: '.github', startLine: 1, endLine: 1 },
  ]);
  assert.equal(seen.result.conclusion, 'success');
});

test('of each kind only the first ten per step are kept, and messages are cut at 4096 characters', async (t) => {
  const seen = await run(
    t,
    '- run: for i in $(seq 12); do echo "::warning::w$i"; echo "::error::e$i"; done\n- run: echo "::warning::$(head -c 5000 /dev/zero | tr "\\\\0" x)"',
  );
  const of = (level: string) => seen.annotations.filter((each) => each.level === level);
  assert.equal(of('failure').length, 10);
  assert.equal(of('warning').length, 11);
  assert.equal(of('warning').at(-1)?.message.length, 4096);
  assert.ok(seen.lines.includes('##[warning]w12'), 'the log has them all');
});

test('secrets, the token and masked values are stars in log, annotations, summaries and step names', async (t) => {
  const seen = await run(
    t,
    `- run: |
    echo "::add-mask::derived-value"
    echo "$S derived-value $T $(printf %s "$S" | base64)"
    echo "::error title=$S::$S"
    echo "$S" >> "$GITHUB_STEP_SUMMARY"
  env: { S: "\${{ secrets.DB }}", T: "\${{ github.token }}" }
- run: echo derived-value`,
    { request: { secrets: { DB: 'pass-word-1' } } },
  );
  const everything = JSON.stringify([seen.lines, seen.annotations, seen.summaries]);
  for (const secret of ['pass-word-1', 'ghs_token_of_the_job', 'cGFzcy13b3JkLTE'])
    assert.ok(!everything.includes(secret), secret);
  assert.ok(/^\*{3} \*{3} \*{3} \*{3}=*$/m.test(seen.log));
  assert.ok(seen.lines.at(-1)?.includes('***'), 'masks hold for later steps');
});

test('each line of a secret with several lines is masked', () => {
  const masker = createMasker(['first-line\nsecond-line\n']);
  assert.equal(masker.mask('a first-line b second-line'), 'a *** b ***');
  assert.ok(masker.covers('second-line') && !masker.covers('third-line'));
});

test('after stop-commands nothing is obeyed until the token comes', async (t) => {
  const seen = await run(
    t,
    `- run: |
    echo "::stop-commands::TOKEN-1"
    echo "::error::not obeyed"
    echo "::TOKEN-1::"
    echo "::error::obeyed"`,
  );
  assert.deepEqual(
    seen.annotations.map((each) => each.message),
    ['obeyed'],
  );
  assert.ok(seen.lines.includes('::error::not obeyed'));
});

test('groups are written as the log viewer wants them; set-output and its kin are ignored with a warning', async (t) => {
  const seen = await run(
    t,
    `- id: x
  run: |
    echo "::group::My group"
    echo "::endgroup::"
    echo "::set-output name=a::b"
    echo "::unknown::c"
- run: echo "[\${{ steps.x.outputs.a }}]"`,
  );
  for (const line of ['##[group]My group', '[]', '::unknown::c']) assert.ok(seen.lines.includes(line), line);
  assert.match(seen.annotations[0]?.message ?? '', /`set-output` command is disabled.*\$GITHUB_OUTPUT/);
});

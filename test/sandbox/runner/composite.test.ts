import assert from 'node:assert/strict';
import test from 'node:test';
import { folderFor, run } from './harness.ts';

/** An action.yml with these steps. */
function action(steps: string, rest = ''): string {
  return `name: x\ndescription: y\n${rest}\nruns:\n  using: composite\n  steps:\n${steps.replace(/^/gm, '    ')}\n`;
}
const checkout = '- uses: actions/checkout@v7\n';

test('a composite action gets its inputs by context only, knows its folder and gives outputs', async (t) => {
  const files = {
    'tool/action.yml': action(
      `- { id: one, shell: bash, run: 'echo "v=$GIVEN" >> "$GITHUB_OUTPUT"; env | grep -c ^INPUT_ || true; cat "$GITHUB_ACTION_PATH/data.txt"', env: { GIVEN: "\${{ inputs.name }}/\${{ inputs.more }}" } }`,
      `inputs:\n  name: { description: a, required: true }\n  more: { description: b, default: "\${{ github.event_name }}" }\noutputs:\n  value: { description: c, value: "<\${{ steps.one.outputs.v }}>" }`,
    ),
    'tool/data.txt': 'data-of-the-action\n',
  };
  const seen = await run(
    t,
    `${checkout}- { id: use, uses: ./tool, with: { Name: mona, odd: x } }\n- run: echo "\${{ steps.use.outputs.value }} [\${{ steps.one.outputs.v }}]"`,
    { files },
  );
  assert.equal(seen.result.conclusion, 'success');
  for (const line of ['0', 'data-of-the-action', '<mona/push> []'])
    assert.ok(seen.lines.includes(line), line);
  assert.match(seen.annotations[0]?.message ?? '', /Unexpected input\(s\) 'odd'.*'name', 'more'/);
});

test('after a failing step the others are judged by their `if`, and outputs are still evaluated', async (t) => {
  const files = {
    'a/action.yml': action(
      `- { id: one, shell: bash, run: echo "v=set" >> "$GITHUB_OUTPUT"; exit 3 }
- { id: two, shell: bash, run: echo never }
- { shell: bash, run: 'echo "always \${{ github.action_status }} \${{ steps.one.outcome }} \${{ steps.two.outcome }}"', if: always() }
- { shell: bash, run: echo on-failure, if: failure() }`,
      `outputs: { value: { description: c, value: "\${{ steps.one.outputs.v }}" } }`,
    ).replace(
      'run: echo "v=set" >> "$GITHUB_OUTPUT"; exit 3',
      `run: 'echo "v=set" >> "$GITHUB_OUTPUT"; exit 3'`,
    ),
  };
  const seen = await run(
    t,
    `${checkout}- { id: use, uses: ./a }\n- { run: "echo out=\${{ steps.use.outputs.value }} \${{ steps.use.outcome }}", if: always() }`,
    { files },
  );
  assert.equal(seen.result.conclusion, 'failure');
  for (const line of ['always failure failure skipped', 'on-failure', 'out=set failure'])
    assert.ok(seen.lines.includes(line), line);
  assert.ok(!seen.lines.includes('never'));
});

test('continue-on-error of an embedded step keeps the action successful', async (t) => {
  const files = {
    'a/action.yml': action(
      `- { id: x, shell: bash, run: exit 1, continue-on-error: true }\n- { shell: bash, run: "echo \${{ steps.x.outcome }}/\${{ steps.x.conclusion }}" }`,
    ),
  };
  const seen = await run(t, `${checkout}- uses: ./a`, { files });
  assert.equal(seen.result.conclusion, 'success');
  assert.ok(seen.lines.includes('failure/success'));
});

test('secrets, vars and needs do not reach into a composite action', async (t) => {
  for (const context of ['secrets', 'needs']) {
    const files = { 'a/action.yml': action(`- { shell: bash, run: "echo \${{ ${context}.X }}" }`) };
    const seen = await run(t, `${checkout}- uses: ./a`, {
      files,
      request: { secrets: { X: 'hidden-value' } },
    });
    assert.equal(seen.result.conclusion, 'failure');
    assert.match(seen.annotations[0]?.message ?? '', new RegExp(`Unrecognized named-value: '${context}'`));
  }
});

test('`./` inside a remote action is the workspace of the caller, and the mapped folder answers owner/repo@ref', async (t) => {
  const remote = folderFor(t, {
    'action.yml': action(
      '- uses: ./local\n- { shell: bash, run: "echo at $GITHUB_ACTION_REPOSITORY $GITHUB_ACTION_REF" }',
    ),
  });
  const files = { 'local/action.yml': action('- { shell: bash, run: echo local-of-caller }') };
  const seen = await run(t, `${checkout}- uses: jit-approval/jit-approval@v1`, {
    files,
    actions: { 'jit-approval/jit-approval@v1': remote },
  });
  assert.equal(seen.result.conclusion, 'success');
  assert.ok(seen.lines.includes('local-of-caller') && seen.lines.includes('at jit-approval/jit-approval v1'));
});

test('github.action is __self, then __self_2, and inside the action it stays that of the using step', async (t) => {
  const files = {
    'outer/action.yml': action('- uses: ./inner\n- { id: mine, uses: ./inner }'),
    'inner/action.yml': action(`- { shell: bash, run: "echo action=\${{ github.action }} $GITHUB_ACTION" }`),
  };
  const seen = await run(
    t,
    `${checkout}- uses: ./inner\n- uses: ./outer\n- { id: named, uses: ./inner }\n- run: echo\n- run: echo "$GITHUB_ACTION"`,
    { files },
  );
  const found = seen.lines.filter((line) => line.startsWith('action='));
  assert.deepEqual(found, [
    'action=__self __self',
    'action=__self_2 __self_2',
    'action=__self_2 __self_2',
    'action=named named',
  ]);
  assert.ok(seen.lines.includes('__run_2'));
});

test('GITHUB_ENV written inside an action is seen by its next step and by the job', async (t) => {
  const files = {
    'a/action.yml': action(
      '- { shell: bash, run: "echo V=new >> $GITHUB_ENV" }\n- { shell: bash, run: "echo inner=$V step=$S" }',
    ),
  };
  const seen = await run(
    t,
    `${checkout}- { uses: ./a, env: { S: of-the-step } }\n- run: echo "outer=$V step=[$S]"`,
    { files },
  );
  assert.ok(seen.lines.includes('inner=new step=of-the-step') && seen.lines.includes('outer=new step=[]'));
});

test('actions nest to nine levels and not to ten', async (t) => {
  const chain = (levels: number) => {
    const files: Record<string, string> = {};
    for (let i = 1; i < levels; i++) files[`l${i}/action.yml`] = action(`- uses: ./l${i + 1}`);
    files[`l${levels}/action.yml`] = action('- { shell: bash, run: echo bottom }');
    return files;
  };
  assert.ok((await run(t, `${checkout}- uses: ./l1`, { files: chain(9) })).lines.includes('bottom'));
  const deeper = await run(t, `${checkout}- uses: ./l1`, { files: chain(10) });
  assert.equal(deeper.result.conclusion, 'failure');
  assert.match(deeper.annotations[0]?.message ?? '', /depth exceeded max depth 9/);
});

test('a missing or wrong action file is named', async (t) => {
  const missing = await run(t, '- uses: ./nowhere');
  assert.match(
    missing.annotations[0]?.message ?? '',
    /Can't find 'action.yml'.*Did you forget to run actions\/checkout/,
  );
  const wrong = await run(t, `${checkout}- uses: ./a`, { files: { 'a/action.yml': action('- run: echo') } });
  assert.match(wrong.annotations[0]?.message ?? '', /Required property is missing: shell/);
  const docker = await run(t, `${checkout}- uses: ./a`, {
    files: { 'a/action.yml': 'name: x\ndescription: y\nruns: { using: docker, image: Dockerfile }\n' },
  });
  assert.match(docker.annotations[0]?.message ?? '', /composite actions and JavaScript actions/);
});

test('a composite action counts as one step for the limit of ten annotations', async (t) => {
  const step = '- { shell: bash, run: \'for i in 1 2 3 4 5 6; do echo "::notice::$i"; done\' }';
  const seen = await run(t, `${checkout}- uses: ./a`, {
    files: { 'a/action.yml': action(`${step}\n${step}`) },
  });
  assert.equal(seen.annotations.length, 10);
});

test('a JavaScript action gets INPUT_*, and its post runs at the end with its state, also after a failure', async (t) => {
  const main = `import { appendFileSync } from 'node:fs';
console.log('main', process.env.INPUT_NAME, process.env['INPUT_WITH-DASH']);
appendFileSync(process.env.GITHUB_STATE, 'kept=1\\n'); appendFileSync(process.env.GITHUB_OUTPUT, 'o=2\\n');`;
  const files = {
    'js/action.yml':
      'name: j\ndescription: y\ninputs: { name: { description: a }, with-dash: { description: b, default: d } }\nruns: { using: node24, main: main.mjs, post: post.mjs }\n',
    'js/main.mjs': main,
    'js/post.mjs': "console.log('post', process.env.STATE_kept, process.env.INPUT_NAME);",
  };
  const seen = await run(
    t,
    `${checkout}- { id: j, uses: ./js, with: { name: n } }\n- run: echo "o=\${{ steps.j.outputs.o }}"; exit 1`,
    { files },
  );
  for (const line of ['main n d', 'o=2', 'post 1 n']) assert.ok(seen.lines.includes(line), line);
  assert.deepEqual(seen.steps.at(-2), { number: 5, name: 'Post Run ./js', conclusion: 'success' });
});

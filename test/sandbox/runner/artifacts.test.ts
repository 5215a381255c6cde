import assert from 'node:assert/strict';
import test from 'node:test';
import { unzipSync, zipSync } from 'fflate';
import { memoryArtifacts, run } from './harness.ts';

const make =
  '- run: mkdir -p out/sub .hidden && echo 1 > out/a.txt && echo 2 > out/sub/b.txt && echo 3 > out/.secret && echo 4 > .hidden/c.txt\n';

async function uploaded(t: Parameters<typeof run>[0], inputs: string): Promise<readonly string[] | null> {
  const artifacts = memoryArtifacts();
  await run(t, `${make}- { id: up, uses: actions/upload-artifact@v7, with: { ${inputs} } }`, { artifacts });
  const [first] = artifacts.list(5);
  return first === undefined ? null : Object.keys(unzipSync(artifacts.download(first.id))).sort();
}

test('upload keeps paths below the folder that all patterns share, and leaves hidden files out', async (t) => {
  assert.deepEqual(await uploaded(t, 'path: out'), ['a.txt', 'sub/b.txt']);
  assert.deepEqual(await uploaded(t, 'path: out/a.txt'), ['a.txt']);
  assert.deepEqual(await uploaded(t, 'path: "out/**/*.txt"'), ['a.txt', 'sub/b.txt']);
  assert.deepEqual(await uploaded(t, 'path: "out\\n!out/sub/**"'), ['a.txt']);
  assert.deepEqual(await uploaded(t, 'path: "out\\n.hidden", include-hidden-files: true'), [
    '.hidden/c.txt',
    'out/.secret',
    'out/a.txt',
    'out/sub/b.txt',
  ]);
});

test('upload gives id, url and digest, keeps the asked days, and the name defaults to artifact', async (t) => {
  const artifacts = memoryArtifacts();
  const seen = await run(
    t,
    `${make}- { id: up, uses: actions/upload-artifact@v7, with: { path: out, retention-days: 3 } }\n- run: echo "\${{ steps.up.outputs.artifact-id }} \${{ steps.up.outputs.artifact-url }} \${{ steps.up.outputs.artifact-digest }}"`,
    { artifacts },
  );
  assert.deepEqual(
    artifacts.stored.map(({ name, days }) => [name, days]),
    [['artifact', 3]],
  );
  assert.match(
    seen.log,
    /^1 http:\/\/127\.0\.0\.1:1\/acme\/shop\/actions\/runs\/5\/artifacts\/1 [0-9a-f]{64}$/m,
  );
});

test('no files is a warning, an error or nothing, as if-no-files-found says', async (t) => {
  const upload = (what: string) =>
    `- { uses: actions/upload-artifact@v7, with: { path: none, if-no-files-found: ${what} } }`;
  const warn = await run(t, upload('warn'));
  assert.deepEqual([warn.result.conclusion, warn.annotations[0]?.level], ['success', 'warning']);
  const error = await run(t, upload('error'));
  assert.deepEqual([error.result.conclusion, error.annotations[0]?.level], ['failure', 'failure']);
  const ignore = await run(t, upload('ignore'));
  assert.deepEqual([ignore.result.conclusion, ignore.annotations], ['success', []]);
});

test('a name twice in a run fails, with overwrite it replaces; a bad name is refused', async (t) => {
  const artifacts = memoryArtifacts();
  const once = `${make}- { uses: actions/upload-artifact@v7, with: { name: n, path: out } }\n`;
  const twice = await run(t, `${once}- { uses: actions/upload-artifact@v7, with: { name: n, path: out } }`, {
    artifacts,
  });
  assert.match(twice.annotations[0]?.message ?? '', /already exists/);
  const over = await run(
    t,
    `- run: echo new > f\n- { uses: actions/upload-artifact@v7, with: { name: n, path: f, overwrite: true } }`,
    { artifacts },
  );
  assert.equal(over.result.conclusion, 'success');
  assert.equal(artifacts.list(5).length, 1);
  const bad = await run(t, `${make}- { uses: actions/upload-artifact@v7, with: { name: "a/b", path: out } }`);
  assert.match(bad.annotations[0]?.message ?? '', /Contains the following character: Forward slash/);
});

function filled() {
  const artifacts = memoryArtifacts();
  const zip = (text: string) => zipSync({ 'f.txt': new TextEncoder().encode(text) });
  artifacts.upload(5, 'jit-a-0-x-1', zip('one'), 90);
  artifacts.upload(5, 'jit-a-0-x-2', zip('two'), 90);
  artifacts.upload(5, 'other', zip('other'), 90);
  artifacts.upload(4, 'of-run-4', zip('four'), 90);
  return artifacts;
}

test('download by name puts the content into the path; a missing name is an error', async (t) => {
  const seen = await run(
    t,
    '- { uses: actions/download-artifact@v8, with: { name: other, path: here } }\n- run: cat here/f.txt',
    { artifacts: filled() },
  );
  assert.ok(seen.lines.includes('other'));
  const missing = await run(t, '- { uses: actions/download-artifact@v8, with: { name: nope } }', {
    artifacts: filled(),
  });
  assert.match(missing.annotations[0]?.message ?? '', /Artifact not found for name: nope/);
});

test('download by pattern makes a folder per artifact, none is no error, merge-multiple makes one, a single one none', async (t) => {
  const with_ = (inputs: string) =>
    run(t, `- { uses: actions/download-artifact@v8, with: { ${inputs} } }\n- run: find . -type f | sort`, {
      artifacts: filled(),
    });
  const many = await with_('pattern: "jit-a-0-x-+([0-9])"');
  assert.ok(
    many.lines.includes('./jit-a-0-x-1/f.txt') &&
      many.lines.includes('./jit-a-0-x-2/f.txt') &&
      !many.log.includes('other'),
  );
  assert.ok((await with_('pattern: "oth*"')).lines.includes('./f.txt'));
  assert.ok((await with_('pattern: "jit-*", merge-multiple: true')).lines.includes('./f.txt'));
  const none = await with_('pattern: "nothing-*"');
  assert.deepEqual(
    [none.result.conclusion, none.lines.includes('Total of 0 artifact(s) downloaded')],
    ['success', true],
  );
});

test("another run's artifacts need its id and a token", async (t) => {
  const get = (token: string) =>
    `- { uses: actions/download-artifact@v8, with: { name: of-run-4, run-id: 4, ${token} } }`;
  assert.equal((await run(t, get('github-token: x'), { artifacts: filled() })).result.conclusion, 'success');
  assert.equal((await run(t, get('path: p'), { artifacts: filled() })).result.conclusion, 'failure');
});

test('an artifact that would write outside its folder is refused', async (t) => {
  const artifacts = memoryArtifacts();
  artifacts.upload(5, 'evil', zipSync({ '../../../escaped.txt': new Uint8Array([1]) }), 90);
  const seen = await run(t, '- { uses: actions/download-artifact@v8, with: { name: evil, path: a } }', {
    artifacts,
  });
  assert.match(seen.annotations[0]?.message ?? '', /outside its folder/);
});

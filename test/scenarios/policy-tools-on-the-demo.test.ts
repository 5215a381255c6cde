import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { finished, openPull, reportOf } from '../../src/sandbox/demo/scenes.ts';
import { openStage } from '../../src/sandbox/demo/stage.ts';
import { type Ended, jit } from '../cli/help.ts';

const policyFile = '.github/jit-approval.yml';

/** What people read fits 80 columns, and what programs read is one JSON document. */
async function both(
  args: readonly string[],
  cwd: string,
): Promise<Ended & { json: Record<string, unknown> }> {
  const [shown, forPrograms] = await Promise.all([jit(args, { cwd }), jit([...args, '--json'], { cwd })]);
  const wide = shown.out.split('\n').filter((line) => [...line].length > 80);
  assert.deepEqual(wide, [], args.join(' '));
  assert.equal(forPrograms.code, shown.code);
  return { ...shown, json: JSON.parse(forPrograms.out) };
}

test("the policy's tools on the demo's own report and policy: 80 columns, JSON, exit codes", async (t) => {
  const cwd = mkdtempSync(path.join(tmpdir(), 'jit-demo-tools-'));
  t.after(() => rmSync(cwd, { recursive: true, force: true }));
  cpSync(path.resolve(import.meta.dirname, '../../examples/shop'), cwd, { recursive: true });
  const report = await demoReport();
  writeFileSync(path.join(cwd, 'report.json'), JSON.stringify(report));

  assert.equal((await both(['check'], cwd)).code, 0);
  const tests = await both(['test'], cwd);
  assert.deepEqual([tests.code, tests.json.failed], [0, 0]);

  assert.equal(report.flagged.length, 2);
  for (const { id, form } of report.flagged) {
    const explained = await both(['explain', '--report', 'report.json', id], cwd);
    assert.equal(explained.code, 0);
    assert.deepEqual(
      explained.json.rules,
      form.rules.map((rule) => rule.id),
    );
    assert.match(explained.out, /matches, and decides: hold/);
  }

  const same = await both(['replay', 'report.json', '--policy', policyFile], cwd);
  assert.deepEqual([same.code, same.json.different], [0, []]);
  const own = readFileSync(path.join(cwd, policyFile), 'utf8');
  writeFileSync(path.join(cwd, 'lax.yml'), own.replace('> 10000', '> 1000000'));
  const lax = await both(['replay', 'report.json', '--policy', 'lax.yml'], cwd);
  assert.equal(lax.code, 1);
  assert.match(lax.out, /^1 of \d+ recorded runtime actions would be decided differently\.$/m);
  assert.match(lax.out, /hold +allow +1× +payments +POST /);

  const init = ['init', '--from', 'report.json', '--output'];
  assert.equal((await jit([...init, 'learnt.yml'], { cwd })).code, 0);
  assert.equal((await jit(['check', 'learnt.yml'], { cwd })).code, 0);
  // what was held stays held, also where a smaller charge that ran would have taught a rule for it
  const learnt = await both(['replay', 'report.json', '--policy', 'learnt.yml'], cwd);
  assert.doesNotMatch(learnt.out, /^ +hold +allow/m);
  assert.match(readFileSync(path.join(cwd, 'learnt.yml'), 'utf8'), /# did-payments-post is left out/);
  const there = await jit([...init, policyFile], { cwd });
  assert.equal(there.code, 1);
  assert.equal(readFileSync(path.join(cwd, policyFile), 'utf8'), own);
});

async function demoReport() {
  await using stage = await openStage();
  await openPull(stage.sandbox);
  return reportOf(stage.sandbox, await finished(stage.sandbox, 1), 1);
}

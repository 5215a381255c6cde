import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { memoryLedger } from '../../../src/ledger/memory.ts';
import type { Ledger } from '../../../src/ledger/port.ts';
import { idOf, stage } from '../help/stage.ts';

async function page(url: string, headers: Record<string, string> = {}) {
  const answer = await fetch(url, { headers });
  return { status: answer.status, text: await answer.text() };
}

suite('what an orchestrator asks', () => {
  test('/healthz says that the process answers, /readyz that it can do its work', async () => {
    await using scene = await stage();
    const { url } = scene.app;
    assert.deepEqual(await page(`${url}/healthz`), { status: 200, text: 'ok\n' });
    assert.deepEqual(await page(`${url}/readyz`), {
      status: 200,
      text: 'ledger: ok\ngithub: ok\nworker: ok\n',
    });
    for (const path of ['/healthz', '/readyz', '/metrics']) {
      assert.equal((await fetch(`${url}${path}`, { method: 'POST' })).status, 405);
    }
  });

  test('a ledger that does not answer makes it unready and not unwell, and its words stay inside', async () => {
    const good = memoryLedger();
    let broken = false;
    const refused = () => Promise.reject(new Error('password=hunter2 refused'));
    const ledger: Ledger = { ...good, dirty: () => (broken ? refused() : good.dirty()) };
    await using scene = await stage({ ledger });
    broken = true;
    const { url } = scene.app;
    assert.equal((await page(`${url}/healthz`)).status, 200);
    assert.deepEqual(await page(`${url}/readyz`), {
      status: 503,
      text: 'ledger: not ready\ngithub: ok\nworker: ok\n',
    });
    broken = false;
    assert.equal((await page(`${url}/readyz`)).status, 200);
  });

  test('credentials that GitHub does not take make it unready', async () => {
    await using scene = await stage();
    await using other = await stage({ config: { privateKey: scene.config.privateKey } });
    assert.match((await page(`${other.app.url}/readyz`)).text, /github: not ready/);
  });

  test('/metrics counts deliveries, decisions and reconciliations, and knows what waits', async () => {
    await using scene = await stage();
    const metrics = async () => (await page(`${scene.app.url}/metrics`)).text;
    const pull = await scene.open();
    const held = await metrics();
    assert.match(held, /^jit_approval_holds_open 1$/m);
    assert.match(held, /^jit_approval_oldest_hold_seconds \d/m);
    assert.match(held, /^jit_approval_queue_length 0$/m);
    assert.match(held, /^jit_approval_github_quota_remaining\{installation="\d+"\} \d+$/m);
    scene.sandbox.act.comment('alice', pull, `/approve ${idOf(scene.del('7'))}`);
    scene.sandbox.act.comment('rita', pull, `/deny ${idOf(scene.del('7'))}`);
    await scene.settle();
    const decided = await metrics();
    assert.match(decided, /^jit_approval_deliveries_total\{event="issue_comment",outcome="taken"\} \d+$/m);
    assert.match(decided, /^jit_approval_decisions_total\{vote="approve",outcome="done"\} 1$/m);
    assert.match(decided, /^jit_approval_decisions_total\{vote="deny",outcome="refused"\} 1$/m);
    assert.match(decided, /^jit_approval_reconcile_seconds_count\{outcome="done"\} \d+$/m);
    assert.match(decided, /^jit_approval_holds_open 0$/m);
  });

  test('with METRICS_TOKEN the numbers are for who sends it', async () => {
    await using scene = await stage({ config: { metricsToken: 'a token of this test' } });
    const url = `${scene.app.url}/metrics`;
    assert.equal((await page(url)).status, 401);
    assert.equal((await page(url, { authorization: 'Bearer another' })).status, 401);
    assert.equal((await page(url, { authorization: 'Bearer a token of this test' })).status, 200);
  });
});

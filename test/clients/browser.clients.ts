import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { type Browser, chromium, type Page } from 'playwright-core';
import {
  finished,
  gate,
  heldChecks,
  idOf,
  openPull,
  reportOf,
  runOf,
  stepsThat,
} from '../../src/sandbox/demo/scenes.ts';
import { openStage } from '../../src/sandbox/demo/stage.ts';
import { until } from '../../src/sandbox/demo/until.ts';

const executablePath = '/usr/bin/chromium';

let browser: Browser;
before(async () => {
  if (!existsSync(executablePath))
    throw new Error("Chromium is not installed; .ci/run installs Debian's chromium");
  const quiet = [
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ];
  browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', ...quiet],
  });
});
after(() => browser.close());

async function signIn(page: Page, login: string): Promise<void> {
  await page.getByLabel('Signed in as').selectOption(login);
  await page.getByRole('button', { name: 'Switch' }).click();
}

test('people in a browser: one approves by comment, one by button, and the pull request turns green', async () => {
  await using stage = await openStage();
  const { sandbox } = stage;
  const pull = await openPull(sandbox);
  const first = reportOf(sandbox, await finished(sandbox, 1), 1);
  const held = await until('both checks appear', () => {
    const checks = heldChecks(sandbox, pull);
    return checks.length === 2 ? checks : null;
  });
  const reported = first.flagged.find((entry) => entry.steps.includes('cleanup'));
  const cleanup = held.find((check) => reported?.id.startsWith(idOf(check)));
  const checkout = held.find((check) => check !== cleanup);
  assert.ok(cleanup && checkout);

  const page = await browser.newPage();
  await page.goto(`${sandbox.url}/acme/shop/pull/${pull.number}`);
  await page
    .getByText(`/approve ${idOf(cleanup)}`, { exact: true })
    .first()
    .waitFor();
  await signIn(page, 'grace');
  await page
    .locator('textarea[name=body]')
    .last()
    .fill(`/approve ${idOf(cleanup)}`);
  await page.getByRole('button', { name: 'Comment', exact: true }).click();
  await until('the approval counts', () => heldChecks(sandbox, pull).length === 1);

  await page.goto(`${sandbox.url}/acme/shop/pull/${pull.number}`);
  await signIn(page, 'katherine');
  await page.getByRole('link', { name: checkout.name }).click();
  await page.getByRole('button', { name: 'Approve varying' }).click();

  await finished(sandbox, 2);
  await until('the gate is green', () => gate(sandbox, pull)?.conclusion === 'success');
  const run = runOf(sandbox);
  assert.ok(run);
  assert.equal(run.attempts.length, 2);
  const second = reportOf(sandbox, run, 2);
  assert.deepEqual(stepsThat(second, 'passed'), ['migrate', 'cleanup', 'checkout']);
  await page.goto(`${sandbox.url}/acme/shop/pull/${pull.number}`);
  await page.getByText('All checks have passed').waitFor();
  if (process.env.JIT_SCREENSHOTS)
    await page.screenshot({ path: `${process.env.JIT_SCREENSHOTS}/green.png`, fullPage: true });
  assert.deepEqual(sandbox.violations, []);
});

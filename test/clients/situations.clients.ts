import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { type Browser, chromium, type Page } from 'playwright-core';
import { situations } from '../app/help/situations.ts';
import { repository } from '../app/help/stage.ts';

/**
 * The pull request's page in every situation, wide and narrow. With JIT_SCREENSHOTS=FOLDER the pictures are
 * kept for people to look at.
 */
const executablePath = '/usr/bin/chromium';
const folder = process.env.JIT_SCREENSHOTS;

let browser: Browser;
before(async () => {
  if (!existsSync(executablePath))
    throw new Error("Chromium is not installed; .ci/run installs Debian's chromium");
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
});
after(() => browser.close());

/** No page may be wider than its window: on a phone nobody scrolls sideways to find a command. */
async function look(page: Page, url: string, name: string): Promise<void> {
  for (const width of [1280, 400]) {
    await page.setViewportSize({ width, height: 900 });
    await page.goto(url);
    const wide = Number(await page.evaluate('document.documentElement.scrollWidth'));
    if (folder) await page.screenshot({ path: path.join(folder, `${name}-${width}.png`), fullPage: true });
    assert.ok(wide <= width, `${name}: ${wide} pixels wide in a window of ${width}`);
  }
}

suite('the pages fit wide and narrow windows', () => {
  for (const { name, title, play } of situations) {
    test(title, async () => {
      await using played = await play();
      const { stage, pull } = played;
      const { url } = stage.sandbox;
      const page = await browser.newPage();
      await page.goto(`${url}/${repository}/pull/${pull.number}`);
      await page.getByLabel('Signed in as').selectOption('alice');
      await page.getByRole('button', { name: 'Switch' }).click();
      await look(page, `${url}/${repository}/pull/${pull.number}`, name);
      const gate = stage.gate(pull);
      if (gate) await look(page, `${url}/${repository}/runs/${gate.id}`, `${name}-gate`);
      const hold = stage.sandbox.read
        .checks(repository, pull.head.sha)
        .find((check) => check.name.startsWith('JIT approval / '));
      if (hold) await look(page, `${url}/${repository}/runs/${hold.id}`, `${name}-hold`);
      await page.close();
    });
  }
});

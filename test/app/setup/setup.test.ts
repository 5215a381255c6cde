import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { suite, test } from 'node:test';
import { parse } from 'yaml';
import { startSandbox } from '../../../src/sandbox/index.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';

const main = path.resolve(import.meta.dirname, '../../../src/app/main.ts');
const manifest = parse(readFileSync(path.resolve(import.meta.dirname, '../../../app.yml'), 'utf8'));

interface Started {
  readonly child: ChildProcess;
  /** Of the line that was waited for. */
  readonly url: string;
  output(): string;
}

/** The App without any credentials, until it says what the pattern finds. */
async function start(folder: string, sandbox: Sandbox, pattern: RegExp): Promise<Started> {
  const child = spawn(process.execPath, [main], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      GHE_HOST: sandbox.host,
      GHE_PROTOCOL: 'http',
      HOST: '127.0.0.1',
      PORT: '0',
      SETUP_ORGANIZATION: 'acme',
      PUBLIC_URL: '',
      LOG_LEVEL: 'trace',
      JIT_APPROVAL_WRITE_INTERVAL_MS: '0',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  for await (const line of createInterface({ input: child.stderr })) {
    output += `${line}\n`;
    const url = pattern.exec(line)?.[1];
    if (url !== undefined) return { child, url, output: () => output };
  }
  throw new Error(`the App ended:\n${output}`);
}

const unescaped = (text: string) => text.replaceAll('&quot;', '"').replaceAll('&amp;', '&');

/** What a browser finds in the form of the setup page. */
function formOf(page: string): { action: string; manifest: string } {
  const action = /<form method="post" action="([^"]+)"/.exec(page)?.[1] ?? '';
  const value = /name="manifest" value="([^"]+)"/.exec(page)?.[1] ?? '';
  return { action: unescaped(action), manifest: unescaped(value) };
}

/** Presses the two buttons: the page's own, and GitHub's. Answers where GitHub sends the browser. */
async function press(page: string): Promise<string> {
  const form = formOf(page);
  const shown = await fetch(form.action, {
    method: 'POST',
    headers: { origin: 'http://127.0.0.1:1' },
    body: new URLSearchParams({ manifest: form.manifest }),
  });
  const text = await shown.text();
  assert.equal(shown.status, 200, text);
  return unescaped(/id="create" href="([^"]+)"/.exec(text)?.[1] ?? '');
}

async function scene() {
  const sandbox = await startSandbox({});
  sandbox.create.user('olga');
  sandbox.create.organization('acme', { olga: 'admin' });
  const folder = mkdtempSync(path.join(tmpdir(), 'setup-'));
  return {
    sandbox,
    folder,
    file: path.join(folder, 'jit-approval.env'),
    async [Symbol.asyncDispose]() {
      await sandbox.close();
      rmSync(folder, { recursive: true });
    },
  };
}

const setupLine = /open (http\S+)/;

suite('the first start, without any credentials', () => {
  test('one page makes the App, its credentials are written for the owner alone, and the next start uses them', async () => {
    await using at = await scene();
    const setup = await start(at.folder, at.sandbox, setupLine);
    const page = await (await fetch(setup.url)).text();
    const sent = JSON.parse(formOf(page).manifest);
    assert.deepEqual(sent.default_permissions, manifest.default_permissions);
    assert.deepEqual(sent.default_events, manifest.default_events);
    assert.match(sent.hook_attributes.url, /^http:\/\/127\.0\.0\.1:\d+\/api\/github\/webhooks$/);
    const ended = once(setup.child, 'exit');
    const back = await press(page);
    const done = await fetch(back);
    const doneText = await done.text();
    assert.equal(done.status, 200, doneText);
    assert.deepEqual(await ended, [0, null]);

    const written = readFileSync(at.file, 'utf8');
    assert.equal(statSync(at.file).mode & 0o777, 0o600);
    const [, id] = /^APP_ID=(\d+)$/m.exec(written) ?? [];
    const made = at.sandbox.world.apps.get(Number(id));
    assert.ok(made?.webhook);
    assert.equal(made.owner.login, 'acme');
    for (const secret of [made.webhook.secret, made.privateKey.split('\n')[3] ?? '']) {
      assert.ok(written.includes(secret));
      assert.ok(!doneText.includes(secret) && !setup.output().includes(secret));
    }

    const app = await start(at.folder, at.sandbox, /webhooks go to (\S+)/);
    const ready = await fetch(new URL('/readyz', app.url));
    assert.deepEqual([ready.status, await ready.text()], [200, 'ledger: ok\ngithub: ok\nworker: ok\n']);
    app.child.kill('SIGTERM');
    assert.deepEqual(await once(app.child, 'exit'), [0, null]);
  });

  test('the pages open only for who knows the word and comes back with the state, and a code serves once', async () => {
    await using at = await scene();
    const setup = await start(at.folder, at.sandbox, setupLine);
    const base = new URL(setup.url).origin;
    for (const path of [
      '/setup',
      '/setup?word=',
      '/setup?word=guess',
      '/setup/done',
      '/setup/done?code=abc&state=',
    ]) {
      assert.equal((await fetch(`${base}${path}`)).status, 403, path);
    }
    const back = new URL(await press(await (await fetch(setup.url)).text()));
    const state = back.searchParams.get('state') ?? '';
    back.searchParams.set('state', `${state}x`);
    assert.equal((await fetch(back)).status, 403);
    back.searchParams.set('state', state);
    back.searchParams.set('code', 'a-code-of-somebody-else');
    const refused = await fetch(back);
    assert.equal(refused.status, 502);
    assert.match(await refused.text(), /404/);
    assert.ok(!existsSync(at.file));
    assert.equal((await fetch(back)).status, 403);
    setup.child.kill('SIGTERM');
    assert.deepEqual(await once(setup.child, 'exit'), [0, null]);
  });

  test('a file that is there already is never written over', async () => {
    await using at = await scene();
    writeFileSync(at.file, '# mine\n');
    const setup = await start(at.folder, at.sandbox, setupLine);
    const answer = await fetch(await press(await (await fetch(setup.url)).text()));
    assert.equal(answer.status, 502);
    assert.match(await answer.text(), /CREDENTIALS_FILE/);
    assert.equal(readFileSync(at.file, 'utf8'), '# mine\n');
    setup.child.kill('SIGTERM');
    await once(setup.child, 'exit');
  });
});

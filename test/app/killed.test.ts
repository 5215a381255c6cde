import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { suite, test } from 'node:test';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { heldOnce, idOf, repository, type Stage, stage } from './help/stage.ts';

const main = path.resolve(import.meta.dirname, '../../src/app/main.ts');

interface Child {
  readonly webhookUrl: string;
  readonly process: ChildProcess;
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/** The App as its own process, on the settings of the stage and a ledger in a file. */
async function start(scene: Stage, ledger: string): Promise<Child> {
  const child = spawn(process.execPath, [main], {
    env: {
      PATH: process.env.PATH,
      APP_ID: String(scene.appId),
      PRIVATE_KEY: scene.config.privateKey,
      WEBHOOK_SECRET: scene.config.webhookSecret,
      GHE_HOST: scene.sandbox.host,
      GHE_PROTOCOL: 'http',
      HOST: '127.0.0.1',
      PORT: '0',
      LEDGER: ledger,
      LOG_LEVEL: 'fatal',
      JIT_APPROVAL_WRITE_INTERVAL_MS: '0',
      // what a killed App had in hand is taken up again soon
      JIT_APPROVAL_LEASE_MS: '1000',
      JIT_APPROVAL_POLL_MS: '200',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit');
  for await (const line of createInterface({ input: child.stderr })) {
    const url = /webhooks go to (\S+)/.exec(line)?.[1];
    if (url === undefined) continue;
    scene.sandbox.create.webhook(scene.appId, { url, secret: scene.config.webhookSecret });
    return {
      webhookUrl: url,
      process: child,
      async end(signal) {
        child.kill(signal);
        const [code] = await ended;
        return code;
      },
    };
  }
  throw new Error('the App ended before it listened');
}

/** Resolves when the sandbox shows it. */
function shown(sandbox: Sandbox, what: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!what()) return;
      unwatch();
      resolve();
    };
    const unwatch = sandbox.world.watch(look);
    look();
  });
}

suite('the App as a process', () => {
  for (const [when, isTime] of [
    ['right after the comment was delivered', delivered],
    ['while the re-run is asked for', ranAgain],
  ] as const) {
    test(`killed ${when}, it runs the held job again once after its restart`, async () => {
      const folder = mkdtempSync(path.join(tmpdir(), 'killed-'));
      const ledger = path.join(folder, 'ledger.sqlite');
      await using scene = await stage({ suite: heldOnce });
      await scene.app.close();
      const first = await start(scene, ledger);
      const { sandbox } = scene;
      const { act, read } = sandbox;
      await act.push(repository, 'wanda', { branch: 'feature', from: 'main', files: { 'a.ts': 'a' } });
      const pull = await act.openPull(repository, 'wanda', { head: 'feature', title: 'Change' });
      await shown(sandbox, () => scene.gate(pull)?.conclusion === 'action_required');
      const comment = act.comment('alice', pull, `/approve ${idOf(scene.del('7'))}`);
      await shown(sandbox, () => isTime(scene));
      assert.equal(await first.end('SIGKILL'), null);

      const second = await start(scene, ledger);
      await shown(sandbox, () => scene.gate(pull)?.conclusion === 'success');
      await shown(sandbox, () => comment.reactions.length > 0);
      assert.equal(await second.end('SIGTERM'), 0);
      assert.equal(read.runs(repository)[0]?.attempts.length, 2);
      assert.deepEqual(
        comment.reactions.map(({ content }) => content),
        ['+1'],
      );
      assert.equal(scene.ours(pull).length, 1);
      rmSync(folder, { recursive: true });
    });
  }

  test('it does not start without a secret, and says everything that is missing', async () => {
    const child = spawn(process.execPath, [main], {
      env: { PATH: process.env.PATH, APP_ID: '12' },
      stdio: 'pipe',
    });
    const chunks: Buffer[] = [];
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    const [code] = await once(child, 'close');
    assert.equal(code, 78);
    assert.match(
      Buffer.concat(chunks).toString(),
      /WEBHOOK_SECRET: expected[\s\S]*PRIVATE_KEY_PATH: expected/,
    );
  });
});

function delivered({ sandbox }: Stage): boolean {
  return sandbox.webhooks.deliveries.some(
    ({ event, statusCode }) => event === 'issue_comment' && statusCode === 200,
  );
}

function ranAgain({ sandbox }: Stage): boolean {
  return sandbox.read.runs(repository).some(({ attempts }) => attempts.length > 1);
}

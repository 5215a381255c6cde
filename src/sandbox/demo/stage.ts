import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createEmulator } from 'emulate';
import { startSandbox } from '../index.ts';
import { startPostgres } from '../postgres.ts';
import { createRunner } from '../runner/index.ts';
import type { Sandbox } from '../sandbox.ts';
import { watchOver } from '../watch-over.ts';
import { type AppProcess, startAppProcess } from './app-process.ts';
import { exampleFiles } from './example-files.ts';
import { freePort } from './free-port.ts';
import { installApp, makePeople, makeRepository } from './populate.ts';

export const repository = 'acme/shop';
/** The number that examples/shop names as its App. */
export const appId = 1001;
const root = path.resolve(import.meta.dirname, '../../..');

/** Everything real that the demo needs, running on this machine. */
export interface Stage extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly databaseUrl: string;
  readonly paymentsUrl: string;
  /** The App's process, dist/app.js; `restartApp` starts another on the same ledger and port. */
  app(): AppProcess;
  restartApp(): Promise<void>;
}

export interface StageOptions {
  /** Port of the pull request's page; 0 for any. */
  readonly port?: number;
  /** Host under which the App reaches GitHub, for tests that stand in between. */
  readonly between?: (githubHost: string) => Promise<string>;
  /** Files of the repository that differ from examples/shop. */
  readonly files?: Readonly<Record<string, string>>;
  /** Told of each part as it starts. */
  readonly tell?: (line: string) => void;
}

/**
 * Starts PostgreSQL, the payment API, the sandbox's GitHub with its runner, and the App; makes the repository
 * acme/shop from examples/shop: alan writes, grace and katherine maintain.
 */
export async function openStage(options: StageOptions = {}): Promise<Stage> {
  const { port = 0, tell = () => undefined, files = {} } = options;
  const cleanups: (() => unknown)[] = [];
  const close = async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  };
  try {
    const folder = mkdtempSync(path.join(tmpdir(), 'jit-approval-demo-'));
    cleanups.push(watchOver(folder));
    cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
    // as a runner whose image has the example's dependencies: Node looks for them in the folders above
    symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
    const postgres = await startPostgres();
    cleanups.push(() => postgres.stop());
    tell('PostgreSQL runs');
    const payments = await createEmulator({ service: 'stripe', port: await freePort() });
    cleanups.push(() => payments.close());
    tell('the payment API runs');
    const paymentsUrl = payments.url.replace('localhost', '127.0.0.1');
    const appPort = await freePort();
    const runner = createRunner({
      variables: {
        // for runs that get no secrets
        DATABASE_URL: postgres.url,
        PAYMENTS_URL: paymentsUrl,
        JIT_APPROVAL_URL: `http://127.0.0.1:${appPort}`,
      },
      actions: { 'jit-approval/jit-approval@v1': root },
      path: [path.dirname(process.execPath), process.env.PATH ?? ''].join(path.delimiter),
      temporary: folder,
    });
    const sandbox = await startSandbox({ runner, port });
    cleanups.push(watchOver(sandbox.world.folder));
    cleanups.push(() => sandbox.close());
    tell('a GitHub for this machine runs');
    makePeople(sandbox);
    const credentials = installApp(sandbox, appId);
    await makeRepository(sandbox, {
      fullName: repository,
      files: { ...exampleFiles(path.join(root, 'examples/shop')), ...files },
      secrets: { DATABASE_URL: postgres.url },
      defaultBranch: 'main',
      required: [
        { name: 'JIT approval: main', appId },
        { name: 'integration', appId: null },
      ],
    });
    const githubHost = (await options.between?.(sandbox.host)) ?? sandbox.host;
    const start = () => startAppProcess({ githubHost, folder, port: appPort, ...credentials });
    let app = await start();
    cleanups.push(() => app.stop());
    sandbox.create.webhook(appId, { url: app.webhookUrl, secret: credentials.webhookSecret });
    tell('the App runs (dist/app.js)');
    return {
      sandbox,
      databaseUrl: postgres.url,
      paymentsUrl,
      app: () => app,
      async restartApp() {
        app = await start();
      },
      [Symbol.asyncDispose]: close,
    };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

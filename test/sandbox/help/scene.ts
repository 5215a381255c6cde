import { createServer, type Server } from 'node:http';
import { App, Octokit } from 'octokit';
import type { Runner } from '../../../src/sandbox/contract.ts';
import { startSandbox } from '../../../src/sandbox/index.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';

export const permissions = {
  actions: 'write',
  checks: 'write',
  contents: 'read',
  issues: 'write',
  members: 'read',
  merge_queues: 'read',
  pull_requests: 'write',
} as const;

export interface Scene extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly app: App;
  readonly appId: number;
  readonly installationId: number;
  /** As the installation. */
  readonly octokit: Octokit;
}

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** Octokit that neither waits nor repeats: tests see the first answer. */
export function octokitFor(sandbox: Sandbox, token: string): Octokit {
  return new Octokit({
    auth: token,
    baseUrl: sandbox.apiUrl,
    log: quiet,
    throttle: { enabled: false },
    retry: { enabled: false },
  });
}

/** acme/shop with an app installed: alice maintains, rita reads, wanda writes, mallory is a stranger. */
export async function scene(
  options: { runner?: Runner; files?: Record<string, string> } = {},
): Promise<Scene> {
  const sandbox = await startSandbox(options.runner ? { runner: options.runner } : {});
  const { create } = sandbox;
  for (const login of ['alice', 'rita', 'wanda', 'mallory', 'olga']) create.user(login);
  create.organization('acme', { olga: 'admin' });
  await create.repository('acme/shop', {
    files: { 'README.md': '# Shop\n', ...options.files },
    collaborators: { alice: 'maintain', rita: 'read', wanda: 'write' },
    secrets: { PASSWORD: 'geheim' },
  });
  const made = create.app({
    slug: 'jit-approval',
    owner: 'acme',
    permissions,
    events: ['pull_request', 'issue_comment', 'push', 'workflow_run', 'workflow_job'],
  });
  const installationId = create.installation(made.id, 'acme');
  const app = new App({
    appId: made.id,
    privateKey: made.privateKey,
    webhooks: { secret: 'secret' },
    log: quiet,
    Octokit: Octokit.defaults({
      baseUrl: sandbox.apiUrl,
      log: quiet,
      throttle: { enabled: false },
      retry: { enabled: false },
    }),
  });
  return {
    sandbox,
    app,
    appId: made.id,
    installationId,
    octokit: await app.getInstallationOctokit(installationId),
    [Symbol.asyncDispose]: () => sandbox.close(),
  };
}

export interface Received {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A receiver of webhooks that answers with `status`. */
export async function receiver(
  status: () => number = () => 200,
): Promise<{ readonly url: string; readonly received: Received[] } & AsyncDisposable> {
  const received: Received[] = [];
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
    response.writeHead(status()).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

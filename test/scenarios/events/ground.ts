import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startAppProcess } from '../../../src/sandbox/demo/app-process.ts';
import { freePort } from '../../../src/sandbox/demo/free-port.ts';
import { manifest } from '../../../src/sandbox/demo/manifest.ts';
import { appId } from '../../../src/sandbox/demo/stage.ts';
import { startSandbox } from '../../../src/sandbox/index.ts';
import { createRunner } from '../../../src/sandbox/runner/index.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';

const root = path.resolve(import.meta.dirname, '../../..');

/** One GitHub, one runner with the real action.yml and dist/, one App: repositories of their own keep scenarios apart. */
export interface Ground extends AsyncDisposable {
  readonly sandbox: Sandbox;
  /** Makes `owner/name` with a policy and a workflow; alan writes, grace maintains. */
  repository(fullName: string, files: { policy: string; workflow: string }): Promise<void>;
  /** What the commands of a repository's jobs wrote of themselves, in the order of the alphabet. */
  traces(fullName: string): string[];
}

const leaveTrace =
  '#!/bin/sh\necho "attempt $JIT_APPROVAL_ATTEMPT:" "$@" >> "$TRACES/$(echo "$GITHUB_REPOSITORY" | tr / .)"\n';

/**
 * Commands of the jobs: the CLI as npm would link it, one that leaves a trace of itself, and one that lingers after
 * that. It is one process all the time: a shell that is interrupted between two others may go on to the next.
 */
const commands = {
  'jit-approval': `#!/bin/sh\nexec "${process.execPath}" "${path.join(root, 'dist/cli.js')}" "$@"\n`,
  trace: leaveTrace,
  linger: `${leaveTrace}exec sleep 600\n`,
};

export async function openGround(): Promise<Ground> {
  const folder = mkdtempSync(path.join(tmpdir(), 'jit-approval-events-'));
  const [bin, traces] = [path.join(folder, 'bin'), path.join(folder, 'traces')];
  for (const each of [bin, traces]) mkdirSync(each);
  for (const [name, text] of Object.entries(commands)) {
    writeFileSync(path.join(bin, name), text);
    chmodSync(path.join(bin, name), 0o755);
  }
  const runner = createRunner({
    variables: { TRACES: traces },
    actions: { 'jit-approval/jit-approval@v1': root },
    path: [bin, path.dirname(process.execPath), process.env.PATH ?? ''].join(path.delimiter),
    temporary: folder,
  });
  const sandbox = await startSandbox({ runner });
  const { create } = sandbox;
  for (const login of ['alan', 'grace', 'mallory']) create.user(login);
  create.organization('acme', { grace: 'admin' });
  create.bot('dependabot[bot]');
  // the App is installed on acme and not here
  create.organization('solo', { grace: 'admin' });
  const made = create.app({ slug: 'jit-approval', owner: 'acme', id: appId, ...manifest(root) });
  create.installation(appId, 'acme');
  const webhookSecret = made.webhook?.secret ?? crypto.randomUUID();
  const port = await freePort();
  const { privateKey } = made;
  const app = await startAppProcess({
    githubHost: sandbox.host,
    folder,
    port,
    appId,
    privateKey,
    webhookSecret,
  });
  create.webhook(appId, { url: app.webhookUrl, secret: webhookSecret });
  return {
    sandbox,
    repository: (fullName, { policy, workflow }) =>
      create.repository(fullName, {
        files: {
          'README.md': '# Shop\n',
          '.github/jit-approval.yml': policy,
          '.github/workflows/integration.yml': workflow,
        },
        private: false,
        secrets: { PASSWORD: 'geheim' },
        collaborators: { alan: 'write', grace: 'maintain', 'dependabot[bot]': 'write' },
      }),
    traces(fullName) {
      const file = path.join(traces, fullName.replace('/', '.'));
      return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n').sort() : [];
    },
    async [Symbol.asyncDispose]() {
      await app.stop();
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gateCheckName } from '../../../approval/check-names.ts';
import { startSandbox } from '../../index.ts';
import { startPostgres } from '../../postgres.ts';
import { createRunner } from '../../runner/index.ts';
import type { Sandbox } from '../../sandbox.ts';
import { watchOver } from '../../watch-over.ts';
import { type AppProcess, startAppProcess } from '../app-process.ts';
import { freePort } from '../free-port.ts';
import { installApp, makePeople, makeRepository } from '../populate.ts';
import type { OwnProject } from './project.ts';
import { type Value, valueHere, valueLine, wantsPostgres } from './values.ts';

const root = path.resolve(import.meta.dirname, '../../../..');

export interface OwnStage extends AsyncDisposable {
  readonly sandbox: Sandbox;
  /** Null where the policy names no App. */
  readonly app: AppProcess | null;
}

/** What of npm's own settings a job needs to install as its owner does: cache, registry, proxies. */
const settings = [
  ...['npm_config_cache', 'npm_config_userconfig', 'NODE_EXTRA_CA_CERTS'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'],
];

/** Starts what the project needs; `tell` hears of each part. The App runs where the policy has its number. */
export async function openOwnStage(
  project: OwnProject,
  { port, tell }: { readonly port: number; readonly tell: (line: string) => void },
): Promise<OwnStage> {
  await using started = new AsyncDisposableStack();
  const folder = mkdtempSync(path.join(tmpdir(), 'jit-approval-demo-'));
  started.defer(watchOver(folder));
  started.defer(() => rmSync(folder, { recursive: true, force: true }));
  // Node looks for dependencies in the folders above: a job has them also without `npm ci`
  if (project.modules !== null) symlinkSync(project.modules, path.join(folder, 'node_modules'));
  const { values, policy } = project;
  const { branch, files } = project.folder;
  const postgres = wantsPostgres(values) ? await startPostgres() : null;
  if (postgres !== null) started.defer(() => postgres.stop());
  for (const value of values) tell(valueLine(value));
  const appPort = await freePort();
  const appUrl = policy.app === null ? null : `http://127.0.0.1:${appPort}`;
  const context = (wanted: Value['context']) =>
    Object.fromEntries(
      values
        .filter((value) => value.context === wanted)
        .map((value) => [value.name, valueHere(value, postgres, appUrl)]),
    );
  const sandbox = await startSandbox({
    port,
    runner: createRunner({
      variables: context('vars'),
      actions: Object.fromEntries(project.uses.map((use) => [use, root])),
      path: jobPath(process.env.PATH ?? ''),
      baseEnvironment: Object.fromEntries(
        settings.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
      ),
      temporary: folder,
    }),
  });
  started.defer(watchOver(sandbox.world.folder));
  started.defer(() => sandbox.close());
  makePeople(sandbox);
  const credentials = policy.app === null ? null : installApp(sandbox, policy.app);
  await makeRepository(sandbox, {
    fullName: project.repository,
    files,
    secrets: context('secrets'),
    defaultBranch: branch,
    required: policy.app === null ? [] : [{ name: gateCheckName(branch), appId: policy.app }],
  });
  let app: AppProcess | null = null;
  if (credentials !== null) {
    app = await startAppProcess({ githubHost: sandbox.host, folder, port: appPort, ...credentials });
    started.defer(() => app?.stop());
    sandbox.create.webhook(credentials.appId, { url: app.webhookUrl, secret: credentials.webhookSecret });
    tell('the App runs (dist/app.js)');
  }
  const whole = started.move();
  return { sandbox, app, [Symbol.asyncDispose]: () => whole.disposeAsync() };
}

/** This Node first; what npm puts before the PATH of its scripts is this repository's, and none of a job's. */
function jobPath(inherited: string): string {
  const own = inherited
    .split(path.delimiter)
    .filter((folder) => !/node_modules[\\/](\.bin$|.*node-gyp-bin$)/.test(folder));
  return [path.dirname(process.execPath), ...own].join(path.delimiter);
}

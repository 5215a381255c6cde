import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { startSandbox } from '../../src/sandbox/index.ts';
import { folderFor } from '../sandbox/runner/harness.ts';
import { builtLauncher, launch, nodeAndSystem } from './launch.ts';

/** A proxy that knows one host: the sandbox, under a name that no DNS has. */
async function proxyTo(t: TestContext, port: number) {
  const asked: string[] = [];
  const proxy = createServer((_, response) => response.writeHead(405).end());
  proxy.on('connect', (request, client, head: Buffer) => {
    asked.push(request.url ?? '');
    const remote = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      remote.write(head);
      client.pipe(remote).pipe(client);
    });
    client.on('error', () => remote.destroy());
    remote.on('error', () => client.destroy());
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  t.after(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  const address = proxy.address();
  assert.ok(address !== null && typeof address === 'object');
  return { url: `http://127.0.0.1:${address.port}`, asked };
}

test('a job behind a proxy reads its policy through it', async (t) => {
  const sandbox = await startSandbox();
  t.after(() => sandbox.close());
  sandbox.create.user('ada');
  const policy = 'version: 1\ndefault: allow\n';
  await sandbox.create.repository('ada/shop', { files: { '.github/jit-approval.yml': policy } });
  const proxy = await proxyTo(t, Number(new URL(sandbox.apiUrl).port));
  const folder = folderFor(t);
  const [event, output] = [join(folder, 'event.json'), join(folder, 'output')];
  writeFileSync(event, '{}');
  writeFileSync(output, '');
  const { code, stdout } = await launch(builtLauncher, 'suite', {
    PATH: nodeAndSystem,
    GITHUB_API_URL: `http://api.example.test${new URL(sandbox.apiUrl).pathname}`,
    http_proxy: proxy.url,
    GITHUB_REPOSITORY: 'ada/shop',
    GITHUB_EVENT_NAME: 'push',
    GITHUB_EVENT_PATH: event,
    GITHUB_RUN_ID: '1',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_REF_NAME: 'main',
    GITHUB_WORKSPACE: folder,
    GITHUB_OUTPUT: output,
    JIT_INPUT_GITHUB_TOKEN: sandbox.create.jobToken('ada/shop', { contents: 'read' }),
    JIT_INPUT_RUN: 'echo the suite ran',
    JIT_JOB: 'test',
    JIT_USE: 'jit',
    JIT_REPORT: join(folder, 'report.json'),
  });
  assert.equal(code, 0, stdout);
  assert.match(stdout, /^the suite ran$/m);
  assert.ok(proxy.asked.length > 0 && proxy.asked.every((host) => host === 'api.example.test:80'));
});

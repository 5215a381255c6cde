import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { connect as tlsConnect } from 'node:tls';
import { openGates } from '../../src/suite/open-gates.ts';
import { SqlThread } from '../../src/targets/sql-thread.ts';
import { basic, listen, type TestJudge, testJudge } from '../gates/http/support.ts';
import { certifiedServer } from '../gates/tls/certified-server.ts';
import { load, text } from '../policy/actions.ts';

async function gatesFor(
  t: TestContext,
  targets: string,
  judge: TestJudge,
  environment: Record<string, string> = {},
) {
  const folder = mkdtempSync(path.join(tmpdir(), 'jit-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const gates = await openGates({
    policy: load(text(`version: 1\ndefault: allow\ntargets: ${targets}\n`)),
    environment: { RUNNER_TEMP: folder, ...environment },
    judge,
    notice: () => undefined,
    root: folder,
    sqlThread: new SqlThread(),
  });
  t.after(() => gates.close());
  const proxy = new URL(gates.environment.HTTPS_PROXY ?? '');
  const tunnelTo = async (host: string): Promise<{ socket: Socket; answer: string }> => {
    const socket = connect(Number(proxy.port), '127.0.0.1');
    t.after(() => socket.destroy());
    socket.write(
      `CONNECT ${host} HTTP/1.1\r\nHost: x\r\nProxy-Authorization: ${basic(proxy.password)}\r\n\r\n`,
    );
    const [answer] = await once(socket, 'data');
    return { socket, answer: String(answer) };
  };
  return { gates, tunnelTo };
}

test('of a target with "inspect: true" HTTPS is read, of every other one the tunnel is judged', async (t) => {
  const judge = testJudge(() => 'held');
  const targets =
    '{ shop: { http: { host: shop.example.com }, inspect: true }, mail: { http: { host: mail.example.com } } }';
  const { gates, tunnelTo } = await gatesFor(t, targets, judge);
  const { socket } = await tunnelTo('shop.example.com:443');
  const ca = readFileSync(gates.trust.JIT_APPROVAL_CA ?? '');
  const inside = tlsConnect({ socket, servername: 'shop.example.com', ca });
  await once(inside, 'secureConnect');
  inside.write('DELETE /orders/7 HTTP/1.1\r\nHost: shop.example.com\r\n\r\n');
  const [held] = await once(inside, 'data');
  assert.match(String(held), /^HTTP\/1\.1 423 /);
  for (const host of ['mail.example.com', 'shop.example.com.evil.example']) {
    const { answer } = await tunnelTo(`${host}:443`);
    assert.match(answer, /^HTTP\/1\.1 423 Held by JIT Approval/, 'the answer to CONNECT');
  }
  const met = judge.actions.map((action) => {
    assert(action.kind === 'http');
    return [action.target.name, action.path.known ? action.path.value : action.path.why];
  });
  assert.deepEqual(met, [
    ['shop', '/orders/7'],
    ['mail', 'a tunnel to mail.example.com:443, read where its target says "inspect: true"'],
    [
      'shop.example.com.evil.example:443',
      'a tunnel to shop.example.com.evil.example:443, read where its target says "inspect: true"',
    ],
  ]);
});

test('HTTPS on another port than the target names is judged by its host', async (t) => {
  const judge = testJudge(() => 'denied');
  const { tunnelTo } = await gatesFor(
    t,
    '{ shop: { http: { host: shop.example.com }, inspect: true } }',
    judge,
  );
  const { socket } = await tunnelTo('shop.example.com:8443');
  const inside = tlsConnect({ socket, servername: 'shop.example.com' });
  const [error] = await once(inside, 'error');
  assert.match(String(error), /alert access denied/i);
  assert.deepEqual(
    judge.actions.map((action) => action.kind === 'http' && action.path.known),
    [false],
  );
});

test('where no target wants its HTTPS read, what the suite trusts is left as it is', async (t) => {
  const { gates } = await gatesFor(
    t,
    '{ mail: { http: { host: mail.example.com } } }',
    testJudge(() => 'allow'),
  );
  assert.deepEqual(gates.trust, {});
});

test('the files of trust go with the gates, and are no variables that a step could not set', async (t) => {
  const { gates } = await gatesFor(
    t,
    '{ shop: { http: { host: shop.example.com }, inspect: true } }',
    testJudge(() => 'allow'),
  );
  const file = gates.trust.SSL_CERT_FILE ?? '';
  assert.equal(existsSync(file), true);
  assert.equal('SSL_CERT_FILE' in gates.environment, false);
  await gates.close();
  assert.equal(existsSync(file), false);
});

test('a gate verifies its target by what the suite trusts, and asks nothing of one that it cannot verify', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'jit-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const corporate = path.join(folder, 'corporate.pem');
  const { pem, identity } = certifiedServer('127.0.0.1');
  writeFileSync(corporate, pem);
  let asked = 0;
  const server = createServer(identity, (_incoming, response) => {
    asked += 1;
    response.end('verified');
  });
  const port = await listen(server, t);
  const answerWith = async (environment: Record<string, string>) => {
    const { gates } = await gatesFor(
      t,
      '{ shop: { http: { env: SHOP } } }',
      testJudge(() => 'allow'),
      {
        SHOP: `https://127.0.0.1:${port}`,
        ...environment,
      },
    );
    const answer = await fetch(gates.environment.SHOP ?? '');
    return [answer.status, await answer.text()] as const;
  };
  const [status] = await answerWith({});
  assert.deepEqual([status, asked], [502, 0]);
  assert.deepEqual(await answerWith({ NODE_EXTRA_CA_CERTS: corporate }), [200, 'verified']);
});

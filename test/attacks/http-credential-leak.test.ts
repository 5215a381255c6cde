import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { startHttpProxy } from '../../src/gates/http/proxy.ts';
import { basic, raw, recordingTarget, targetFor, testJudge } from '../gates/http/support.ts';

test("the proxy's credential reaches neither the target nor the judge, also inside a tunnel", async (t) => {
  const target = await recordingTarget(t);
  const judge = testJudge(() => 'allow');
  const gate = await startHttpProxy({ judge, targetFor, uid: null, credential: 'top-secret' });
  t.after(() => gate.close());
  const auth = `Proxy-Authorization: ${basic('top-secret')}\r\nProxy-Connection: keep-alive\r\n`;
  const url = `http://127.0.0.1:${target.port}/`;
  await raw(gate.port, `GET ${url} HTTP/1.1\r\nHost: a\r\n${auth}Connection: close\r\n\r\n`);
  const socket = connect(gate.port, '127.0.0.1');
  await new Promise<void>((resolve) => {
    socket.once('data', () =>
      socket.write(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${target.port}\r\n${auth}Connection: close\r\n\r\n`),
    );
    socket.on('data', () => {});
    socket.on('close', () => resolve());
    socket.write(`CONNECT 127.0.0.1:${target.port} HTTP/1.1\r\nHost: a\r\n${auth}\r\n`);
  });
  assert.equal(target.seen.length, 2);
  assert.equal(judge.actions.length, 2);
  const leaked = JSON.stringify([target.seen, judge.actions]);
  assert.doesNotMatch(leaked, /proxy-|top-secret/i);
  assert.equal(leaked.includes(basic('top-secret').slice(6)), false);
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { test } from 'node:test';
import {
  answerTo,
  finished,
  gate,
  heldChecks,
  idOf,
  openPull,
  reportOf,
  runOf,
} from '../../src/sandbox/demo/scenes.ts';
import { openStage, type Stage } from '../../src/sandbox/demo/stage.ts';
import { until } from '../../src/sandbox/demo/until.ts';

type Moment = 'before GitHub hears of it' | 'after GitHub did it and before its answer arrives';

/**
 * Stands between the App and GitHub. At the first request for a re-run the App is killed (`kill -9`): either
 * the request goes no further, or it is carried out and its answer is lost.
 */
async function killer(githubHost: string, moment: Moment, kill: () => Promise<void>) {
  let killed = false;
  const relay = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const rerun = !killed && incoming.method === 'POST' && /\/rerun(-failed-jobs)?$/.test(incoming.url ?? '');
    if (rerun) killed = true;
    if (rerun && moment === 'before GitHub hears of it') return kill();
    const [hostname, port] = githubHost.split(':');
    const onward = request({
      hostname,
      port,
      path: incoming.url,
      method: incoming.method,
      headers: incoming.headers,
    });
    onward.once('error', () => outgoing.destroy());
    incoming.pipe(onward);
    const [answer]: IncomingMessage[] = await once(onward, 'response');
    if (answer === undefined) return outgoing.destroy();
    if (rerun) return kill();
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    return answer.pipe(outgoing);
  };
  const server = createServer((incoming, outgoing) => {
    relay(incoming, outgoing).catch(() => outgoing.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  return {
    host: `127.0.0.1:${address.port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function approveEverything(stage: Stage): Promise<void> {
  const { sandbox } = stage;
  const pull = sandbox.read.pull('acme/shop', 1);
  const report = reportOf(sandbox, await finished(sandbox, 1), 1);
  const held = await until('both checks appear', () => {
    const checks = heldChecks(sandbox, pull);
    return checks.length === 2 ? checks : null;
  });
  for (const check of held) {
    const charge = report.flagged.find((entry) => entry.id.startsWith(idOf(check)))?.form.kind === 'http';
    const command = `/approve ${idOf(check)}${charge ? ' varying body.metadata[order]' : ''}`;
    assert.equal((await answerTo(sandbox, pull, sandbox.act.comment('grace', pull, command))).reaction, '+1');
  }
}

for (const moment of [
  'before GitHub hears of it',
  'after GitHub did it and before its answer arrives',
] as const) {
  test(`the App is killed at the re-run, ${moment}: after its restart the run was repeated exactly once`, async () => {
    let stage: Stage | null = null;
    const relays: { close(): void }[] = [];
    stage = await openStage({
      between: async (githubHost) => {
        const relay = await killer(githubHost, moment, async () => stage?.app().kill());
        relays.push(relay);
        return relay.host;
      },
    });
    try {
      const { sandbox } = stage;
      const pull = await openPull(sandbox);
      await approveEverything(stage);
      const first = stage.app();
      await until('the App is dead', () => first.process.signalCode === 'SIGKILL');
      const comments = sandbox.read.comments(pull).length;
      await stage.restartApp();
      await finished(sandbox, 2);
      await until('the gate is green', () => gate(sandbox, pull)?.conclusion === 'success');
      assert.equal(runOf(sandbox)?.attempts.length, 2);
      assert.equal(sandbox.read.comments(pull).length, comments, 'nobody had to comment again');
    } finally {
      await stage[Symbol.asyncDispose]();
      for (const relay of relays) relay.close();
    }
  });
}

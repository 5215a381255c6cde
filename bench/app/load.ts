import { createHmac } from 'node:crypto';
import { Agent } from 'undici';

let sent = 0;
/** As in a busy hour: several deliveries come of each before it has been looked at. */
const pullRequests = 20;

/** A comment with a command: what makes the App write a fact and look at the pull request. */
function delivery(secret: string, installation: number) {
  sent++;
  const person = { login: 'alice', id: 2, type: 'User' };
  const body = JSON.stringify({
    action: 'created',
    issue: {
      number: 1 + (sent % pullRequests),
      pull_request: { url: 'https://x.example/1' },
      body: 'x'.repeat(8000),
    },
    comment: { id: sent, body: '/jit status', user: person },
    repository: { full_name: 'acme/shop', name: 'shop', owner: { login: 'acme' } },
    sender: person,
    installation: { id: installation },
  });
  const headers = {
    'content-type': 'application/json',
    'x-github-event': 'issue_comment',
    'x-github-delivery': `bench-${process.pid}-${sent}`,
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  };
  return { body, headers };
}

/** Sends signed deliveries over 16 connections, to each address in turn; answers how many a second were taken. */
export async function send(
  urls: readonly string[],
  secret: string,
  installation: number,
  count: number,
): Promise<number> {
  const agent = new Agent({ connections: 16 });
  const made = Array.from({ length: count }, () => delivery(secret, installation));
  let next = 0;
  const begun = performance.now();
  const sender = async () => {
    for (let index = next++; index < count; index = next++) {
      const url = new URL(urls[index % urls.length] ?? '');
      const { body, headers } = made[index] ?? delivery(secret, installation);
      const answer = await agent.request({
        origin: url.origin,
        path: url.pathname,
        method: 'POST',
        headers,
        body,
      });
      await answer.body.dump();
      if (answer.statusCode !== 200) throw new Error(`a delivery was answered ${answer.statusCode}`);
    }
  };
  await Promise.all(Array.from({ length: 16 }, sender));
  const seconds = (performance.now() - begun) / 1000;
  await agent.close();
  return count / seconds;
}

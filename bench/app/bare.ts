/** A Probot app that hears of every comment and does nothing: what Probot itself costs. */
import { createServer } from 'node:http';
import { env, stderr } from 'node:process';
import { createNodeMiddleware, Probot } from 'probot';

const webhooksPath = '/api/github/webhooks';
const probot = new Probot({
  appId: Number(env.APP_ID),
  privateKey: env.PRIVATE_KEY ?? '',
  secret: env.WEBHOOK_SECRET ?? '',
  logLevel: 'fatal',
  logFormat: 'json',
});
await probot.ready();
const middleware = await createNodeMiddleware((app) => app.on('issue_comment.created', () => {}), {
  probot,
  webhooksPath,
});
const server = createServer((request, response) => void middleware(request, response));
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  stderr.write(`webhooks go to http://127.0.0.1:${address.port}${webhooksPath}\n`);
});

import { readFileSync } from 'node:fs';
import { argv, env, exit, stderr } from 'node:process';
import { ExitCode, messageOf } from '../errors.ts';
import { openLedger } from '../ledger/open.ts';
import { readConfig } from './config.ts';
import { firstStart, withCredentials } from './setup/first-start.ts';
import { startApp } from './start.ts';

async function main(): Promise<void> {
  const environment = withCredentials(env);
  if (environment === null) return setUp();
  const config = readConfig(environment, (path) => readFileSync(path, 'utf8'));
  const app = await startApp(config, { ledger: await openLedger(config.ledger) });
  stderr.write(`JIT Approval listens on ${app.url}; webhooks go to ${app.webhookUrl}\n`);
  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    // whoever asks twice does not want to wait
    if (stopping) exit(1);
    stopping = true;
    stderr.write(`${signal}: finishing what is under way\n`);
    setTimeout(() => {
      stderr.write('Not finished in time; the rest stays marked in the ledger and is done next.\n');
      exit(0);
    }, config.stopWithinMs).unref();
    app.close().then(() => exit(0), fail);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

async function setUp(): Promise<void> {
  const setup = await firstStart(env);
  stderr.write(
    `No credentials yet: APP_ID, PRIVATE_KEY and WEBHOOK_SECRET are not set.\nTo make the App, open ${setup.page}\n`,
  );
  const stop = () => exit(0);
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  const id = await setup.made;
  await setup.close();
  stderr.write(`App ${id} is made and its credentials are written. Start again with the same command.\n`);
}

function fail(thrown: unknown): never {
  stderr.write(`${messageOf(thrown)}\n`);
  exit(ExitCode.policy);
}

if (argv.length > 2)
  fail(new Error('This program takes no arguments; its variables are listed in docs/operating.md.'));
main().catch(fail);

import path from 'node:path';
import { ExitCode, JitError, messageOf } from '../../errors.ts';
import { type DemoArguments, readArguments, usage } from './arguments.ts';
import { playPeople } from './auto.ts';
import { listenForInterruption } from './interruption.ts';
import { follow } from './own/follow.ts';
import { openOwnPull } from './own/play.ts';
import { readOwnProject } from './own/project.ts';
import { openOwnStage } from './own/stage.ts';
import { finished, gate, openPull } from './scenes.ts';
import { openStage, type Stage } from './stage.ts';
import { until } from './until.ts';

/**
 * `npm run demo`: the whole loop on this machine. On a terminal it waits for you on the pull request's page;
 * with `--auto`, or without a terminal, it plays the people and exits 0 when all was as it has to be. With
 * `--repo FOLDER` it plays that repository, and the people are you.
 */
const started = Date.now();
const tell = (line: string) => {
  process.stdout.write(`${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s  ${line}\n`);
};
const interruption = listenForInterruption();

interface Played extends AsyncDisposable {
  /** Of the App, for when something fails. */
  log(): string;
}
const open: Played[] = [];
try {
  const given = readArguments(process.argv.slice(2));
  if (given.help) process.stdout.write(usage);
  else await (given.repo === null ? playExample(given) : playOwn(given.repo, given.port));
} catch (thrown) {
  // what a signal broke off is no failure of its own
  if (interruption.exitCode() === null) complain(thrown);
} finally {
  if (interruption.exitCode() !== null) tell('interrupted: putting everything away');
  for (const played of open) await played[Symbol.asyncDispose]();
  // a poll that waits for what will not come any more must not keep the process
  process.exit(interruption.exitCode() ?? process.exitCode);
}

function complain(thrown: unknown): void {
  const code = thrown instanceof JitError ? thrown.code : null;
  const [exitCode, words] =
    code === 'ARGUMENTS'
      ? [ExitCode.usage, '']
      : code === 'OWN_REPOSITORY'
        ? [ExitCode.policy, '']
        : [ExitCode.failed, 'the demo failed: '];
  process.exitCode = exitCode;
  process.stderr.write(`${words}${messageOf(thrown)}\n`);
  const log = open.map((played) => played.log()).join('');
  if (log !== '') process.stderr.write(`the App's last words:\n${log.slice(-3000)}\n`);
}

async function playExample({ auto, port }: DemoArguments): Promise<void> {
  const stage = await openStage({ port, tell });
  open.push({ log: () => stage.app().log(), [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose]() });
  const play = auto || !process.stdout.isTTY ? playAll(stage) : waitForPerson(stage);
  await Promise.race([interruption.abandoned, play]);
}

async function playOwn(folder: string, port: number): Promise<void> {
  // npm runs scripts in the folder of package.json, and says where it was called
  const project = await readOwnProject(path.resolve(process.env.INIT_CWD ?? '.', folder), process.env);
  const stage = await openOwnStage(project, { port, tell });
  open.push({
    log: () => stage.app?.log() ?? '',
    [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose](),
  });
  const pull = await openOwnPull(stage.sandbox, project);
  tell(
    `alan opened a pull request:\n\nOpen  ${stage.sandbox.url}/${project.repository}/pull/${pull.number}\n`,
  );
  const ended = new AbortController();
  void interruption.happened.then(() => ended.abort());
  await follow(stage.sandbox, project, pull, { tell, ended: ended.signal });
}

async function playAll(stage: Stage): Promise<void> {
  await playPeople(stage, tell);
  tell('done: held, approved, run again, green');
}

/** Opens the pull request, says where it is, and stays until the gate is green or Ctrl-C. */
async function waitForPerson({ sandbox }: Stage): Promise<void> {
  const pull = await openPull(sandbox);
  tell('alan opened a pull request; attempt 1 of its integration tests runs');
  process.stdout.write(`\nOpen  ${sandbox.url}/acme/shop/pull/${pull.number}\n\n`);
  await finished(sandbox, 1);
  tell('attempt 1 ended');
  process.stdout.write(
    '\nTwo runtime actions wait for a decision. Choose grace or katherine (maintainers)\n' +
      'at the top of the page and approve them: the DELETE by the comment that the page\n' +
      'shows, the charge by the button "Approve varying" of its check. Its order number\n' +
      'is generated anew by each run, so "Approve" alone would have the next one held.\n' +
      'As alan, the author, you are refused. Ctrl-C ends the demo.\n\n',
  );
  const green = until(
    'the gate is green',
    () => gate(sandbox, pull)?.conclusion === 'success',
    24 * 3_600_000,
  );
  await green;
  tell('the gate check is green; the page stays until Ctrl-C');
  await interruption.happened;
}

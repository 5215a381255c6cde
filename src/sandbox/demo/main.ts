import { parseArgs } from 'node:util';
import { messageOf } from '../../errors.ts';
import { playPeople } from './auto.ts';
import { listenForInterruption } from './interruption.ts';
import { finished, gate, openPull } from './scenes.ts';
import { openStage, type Stage } from './stage.ts';
import { until } from './until.ts';

/**
 * `npm run demo`: the whole loop on this machine. On a terminal it waits for you on the pull request's page;
 * with `--auto`, or without a terminal, it plays the people and exits 0 when all was as it has to be.
 */
const { values } = parseArgs({
  options: { auto: { type: 'boolean', default: false }, port: { type: 'string', default: '0' } },
});
const auto = values.auto || !process.stdout.isTTY;
const started = Date.now();
const tell = (line: string) => {
  process.stdout.write(`${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s  ${line}\n`);
};
const interruption = listenForInterruption();

let stage: Stage | null = null;
try {
  stage = await openStage({ port: Number(values.port), tell });
  await Promise.race([interruption.abandoned, auto ? playAll(stage) : waitForPerson(stage)]);
} catch (thrown) {
  // what a signal broke off is no failure of its own
  if (interruption.exitCode() === null) {
    process.exitCode = 1;
    process.stderr.write(`the demo failed: ${messageOf(thrown)}\n`);
    const log = stage?.app().log() ?? '';
    if (log !== '') process.stderr.write(`the App's last words:\n${log.slice(-3000)}\n`);
  }
} finally {
  if (interruption.exitCode() !== null) tell('interrupted: putting everything away');
  await stage?.[Symbol.asyncDispose]();
  // a poll that waits for what will not come any more must not keep the process
  process.exit(interruption.exitCode() ?? process.exitCode);
}

async function playAll(stage: Stage): Promise<void> {
  await playPeople(stage, tell);
  tell('done: held, approved, run again, green');
}

/** Opens the pull request, says where it is, and stays until the gate is green or Ctrl-C. */
async function waitForPerson({ sandbox }: Stage): Promise<void> {
  const pull = await openPull(sandbox);
  tell('alan opened a pull request; attempt 1 of its integration tests runs');
  await finished(sandbox, 1);
  process.stdout.write(
    `\nOpen  ${sandbox.url}/acme/shop/pull/${pull.number}\n\n` +
      'Two runtime actions wait for a decision. Sign in there as grace or katherine\n' +
      '(maintainers) and approve them: the DELETE by the comment that the page shows,\n' +
      'the charge by the button "Approve varying" of its check. Its order number is\n' +
      'generated anew by each run, so "Approve" alone would have the next one held.\n' +
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

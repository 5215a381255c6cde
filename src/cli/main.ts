#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { ExitCode, JitError, messageOf } from '../errors.ts';
import { nodeTooOld, version } from '../version.ts';
import { addCheck } from './commands/check.ts';
import { addExplain } from './commands/explain.ts';
import { addGuard } from './commands/guard.ts';
import { addInit } from './commands/init.ts';
import { addLedger } from './commands/ledger.ts';
import { addReplay } from './commands/replay.ts';
import { addRun } from './commands/run.ts';
import { addTest } from './commands/test.ts';
import { complain } from './say.ts';

const program = new Command('jit-approval')
  .description('Holds runtime actions of integration tests until a person approves exactly that one.')
  .version(version)
  .showHelpAfterError('(run "jit-approval --help" for what there is)')
  .enablePositionalOptions()
  .exitOverride();

/** Commands report how they ended here; the process ends when nothing is left to do. */
const exit = (code: number) => {
  process.exitCode = code;
};
addRun(program, exit);
addCheck(program, exit);
addGuard(program, exit);
addExplain(program, exit);
addInit(program, exit);
addReplay(program, exit);
addTest(program, exit);
addLedger(program, exit);

try {
  const tooOld = nodeTooOld(process.versions.node, 'this program', [22, 0]);
  if (tooOld !== null) throw new JitError('NODE', tooOld);
  await program.parseAsync();
} catch (thrown) {
  if (thrown instanceof CommanderError) {
    process.exitCode = thrown.exitCode === 0 ? ExitCode.passed : ExitCode.usage;
  } else {
    complain(messageOf(thrown));
    process.exitCode = thrown instanceof JitError ? ExitCode.policy : ExitCode.failed;
  }
}

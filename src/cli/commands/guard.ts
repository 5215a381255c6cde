import type { Command } from 'commander';
import { guardCommand } from '../../gates/command/guard.ts';

const tell = (line: string) => {
  process.stderr.write(`${line}\n`);
};

export function addGuard(program: Command, exit: (code: number) => void): void {
  program
    .command('guard')
    .description('run a command only if the policy lets it; for use inside a suite')
    .option('--kind <kind>', 'name that rules match: on: { command: { name: KIND } }', 'command')
    .argument('<command...>', 'the command and its arguments, after --')
    .passThroughOptions()
    .addHelpText(
      'after',
      '\nExample:\n  jit-approval guard --kind deploy -- ./deploy.sh staging\n\n' +
        "Exits with the command's own code; 75 when held, 77 when denied, 64 for wrong\narguments.",
    )
    .action(async (argv: string[], options: { kind: string }) => {
      exit(await guardCommand({ argv, kind: options.kind, env: process.env, cwd: process.cwd(), tell }));
    });
}

import type { Command } from 'commander';
import { ExitCode } from '../../errors.ts';
import { loadWorkingPolicy } from '../files.ts';
import { printJson } from '../say.ts';

export function addCheck(program: Command, exit: (code: number) => void): void {
  program
    .command('check')
    .description('check a policy file; prints file:line:column and what is allowed for every problem')
    .argument('[file]', 'policy file (default: .github/jit-approval.yml here or above)')
    .option('--json', 'print JSON', false)
    .addHelpText(
      'after',
      '\nExample:\n  jit-approval check .github/jit-approval.yml\n\nExits 0; 78 with problems; 64 for wrong arguments.',
    )
    .action(async (file: string | undefined, options: { json: boolean }) => {
      const loaded = await loadWorkingPolicy(file, options.json);
      if (loaded === null) {
        exit(ExitCode.policy);
        return;
      }
      if (options.json) printJson({ ok: true, file: loaded.text.source.file, problems: [] });
      else process.stdout.write(`${loaded.text.source.file}: no problems\n`);
      exit(ExitCode.passed);
    });
}

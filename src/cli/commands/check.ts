import type { Command } from 'commander';
import { ExitCode } from '../../errors.ts';
import { formatProblem, loadPolicy } from '../../policy/parse.ts';
import { withExtended } from '../extended-policy.ts';
import { readWorkingPolicy } from '../policy-file.ts';

export function addCheck(program: Command, exit: (code: number) => void): void {
  program
    .command('check')
    .description('check a policy file; prints file:line:column and what is allowed for every problem')
    .argument('[file]', 'policy file (default: .github/jit-approval.yml here or above)')
    .addHelpText(
      'after',
      '\nExample:\n  jit-approval check .github/jit-approval.yml\n\nExits 0, or 78 with problems.',
    )
    .action(async (file: string | undefined) => {
      const text = await readWorkingPolicy(file, process.cwd());
      const texts = await withExtended(text, process.cwd());
      const loaded = loadPolicy(texts);
      if (loaded.ok) {
        process.stdout.write(`${text.source.file}: no problems\n`);
        exit(ExitCode.passed);
        return;
      }
      for (const problem of loaded.problems) process.stdout.write(`${formatProblem(problem)}\n`);
      exit(ExitCode.policy);
    });
}

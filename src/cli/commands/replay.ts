import type { Command } from 'commander';
import { ExitCode } from '../../errors.ts';
import { createAnalyser } from '../../policy/sql/analyse.ts';
import { type Difference, difference, replayOf, replayText } from '../../report/replay.ts';
import { loadSqlParser } from '../../targets/sql-parser.ts';
import { loadWorkingPolicy, readReport } from '../files.ts';
import { judgeRecorded } from '../judge-recorded.ts';
import { complain, printJson } from '../say.ts';

interface Options {
  readonly policy?: string;
  readonly schema?: string;
  readonly json: boolean;
}

export function addReplay(program: Command, exit: (code: number) => void): void {
  program
    .command('replay')
    .description('judge what runs recorded by another policy, and show what it decides differently')
    .argument('<report...>', 'reports of runs')
    .option('--policy <file>', 'the policy to judge by; required')
    .option('--schema <name>', 'schema of unqualified names that the run did not resolve, such as public')
    .option('--json', 'print JSON', false)
    .addHelpText(
      'after',
      '\nExample:\n  jit-approval replay report.json --policy new.yml --schema public\n\n' +
        'Guards are not judged again. Exits 0 when everything is decided alike, 1 when\nnot, 78 when a file cannot be used, 64 for wrong arguments.',
    )
    .action(async (files: string[], options: Options) => exit(await replay(files, options)));
}

async function replay(files: readonly string[], options: Options): Promise<number> {
  if (options.policy === undefined) {
    complain('replay needs --policy FILE: the policy to judge by.');
    return ExitCode.usage;
  }
  const loaded = await loadWorkingPolicy(options.policy, options.json);
  if (loaded === null) return ExitCode.policy;
  const analyse = createAnalyser(await loadSqlParser());
  const different: Difference[] = [];
  let compared = 0;
  let leftOut = 0;
  for (const file of files) {
    const report = await readReport(file);
    for (const recorded of report.recorded ?? []) {
      compared += 1;
      const verdict = await judgeRecorded(loaded.policy, report, recorded, analyse, options.schema ?? null);
      const found = difference(recorded, verdict);
      if (found !== null) different.push(found);
    }
    leftOut += report.recordedLeftOut ?? 0;
  }
  const result = replayOf(compared, different, leftOut);
  if (options.json) printJson(result);
  else process.stdout.write(replayText(result));
  return different.length === 0 ? ExitCode.passed : ExitCode.failed;
}

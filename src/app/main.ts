import { stderr, versions } from 'node:process';
import { ExitCode } from '../errors.ts';
import { nodeTooOld } from '../version.ts';

const problem = nodeTooOld(versions.node, 'The App', [22, 13]);
if (problem === null) {
  // an older Node already fails at what the program imports, without a word of what to do
  await import('./program.ts');
} else {
  stderr.write(`${problem}\n`);
  process.exitCode = ExitCode.policy;
}

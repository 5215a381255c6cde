/** Fails when generated files, dist or formatting differ from what is committed. */
import { execFileSync } from 'node:child_process';

const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' });
const status = git('status', '--porcelain');
if (status !== '') {
  console.error('The tree is not clean after the checks; run "npm run check" and commit what it changed:');
  console.error(status);
  console.error(git('diff', '--stat'));
  process.exit(1);
}

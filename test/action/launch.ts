import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';

interface Ended {
  readonly code: number;
  readonly stdout: string;
}

/** Where the launcher finds this Node and its tools. */
export const nodeAndSystem = `${dirname(process.execPath)}:/usr/bin:/bin`;

/** The built action's launcher. */
export const builtLauncher = join(import.meta.dirname, '../../dist/launch.sh');

export function launch(
  script: string,
  command: string,
  env: Readonly<Record<string, string>>,
): Promise<Ended> {
  return new Promise((resolve) => {
    execFile('bash', [script, command], { env, maxBuffer: 2 ** 26 }, (error, stdout) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout });
    });
  });
}

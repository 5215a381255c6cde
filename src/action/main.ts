import * as core from '@actions/core';
import { ExitCode, JitError, messageOf } from '../errors.ts';
import { readHandedEnvironment } from './handed-environment.ts';
import type { Subcommand } from './io.ts';

type Command = (environment: Record<string, string>) => Promise<number>;

/** Each loads what it needs itself: the steps of action.yml are processes of their own. */
const commands: Readonly<Record<Subcommand, () => Promise<Command>>> = {
  restore: async () => (await import('./restore.ts')).restore,
  suite: async () => {
    const { beginJob } = await import('./begin.ts');
    return async (environment) => {
      const begun = beginJob(environment);
      const { suite } = await import('./suite.ts');
      return suite(environment, begun);
    };
  },
  conclude: async () => (await import('./conclude.ts')).conclude,
};

/**
 * Variables that @actions/core and @actions/github read. Set in this process alone: /proc/PID/environ shows what a process was
 * started with, which holds none of these: a proxy's address may have a password in it.
 */
const forToolkit = [
  ...['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY', 'no_proxy', 'NO_PROXY'],
  'GITHUB_OUTPUT',
  'GITHUB_STEP_SUMMARY',
  'GITHUB_API_URL',
  'GITHUB_SERVER_URL',
  'RUNNER_DEBUG',
];

try {
  const environment = readHandedEnvironment();
  for (const name of forToolkit) {
    const value = environment[name];
    if (value !== undefined) process.env[name] = value;
  }
  const command = Object.entries(commands).find(([name]) => name === process.argv[2])?.[1];
  if (command === undefined)
    throw new JitError('USAGE', 'expected restore, suite or conclude, as action.yml calls it');
  process.exitCode = await (await command())(environment);
} catch (thrown) {
  core.error(messageOf(thrown), { title: 'JIT Approval' });
  process.exitCode = thrown instanceof JitError ? ExitCode.policy : ExitCode.failed;
}

import { mkdirSync } from 'node:fs';
import { delimiter } from 'node:path';
import { messageOf } from '../../errors.ts';
import type { Conclusion } from '../contract.ts';
import { makeCommandFiles } from './command-files.ts';
import { environmentKeys } from './contexts.ts';
import { type Job, StepFailure } from './job.ts';
import { defaultGrace } from './options.ts';
import { createLineReader } from './output-lines.ts';
import { runProcess } from './process.ts';
import type { StepRun } from './step.ts';

export interface Command {
  readonly command: string;
  readonly arguments: readonly string[];
  readonly folder: string;
  /** Variables of this command alone: a JavaScript action's INPUT_* and STATE_*. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Where GITHUB_STATE goes. */
  readonly state?: Record<string, string>;
}

/** PATH as steps see it: what they wrote to GITHUB_PATH first, the newest before the older. */
export function pathOf(job: Job, base = job.options.path ?? process.env.PATH ?? '/usr/bin:/bin'): string {
  return [...job.path.toReversed(), base].join(delimiter);
}

function prefixed(prefix: string, context: unknown, keys: readonly string[]): Record<string, string> {
  const entries = Object.entries(Object(context)).filter(([key]) => keys.includes(key));
  return Object.fromEntries(entries.map(([key, value]) => [`${prefix}_${key.toUpperCase()}`, String(value)]));
}

const runnerKeys = ['os', 'arch', 'name', 'environment', 'temp', 'tool_cache', 'workspace', 'debug'] as const;

/** Nothing of this process's environment reaches a step but PATH and the language. */
function environmentOf(run: StepRun, files: Readonly<Record<string, string>>): Record<string, string> {
  const { job } = run;
  const github = { ...Object(run.scope().contexts.github), ...files };
  return {
    HOME: job.folders.home,
    LANG: 'C.UTF-8',
    ...job.options.baseEnvironment,
    CI: 'true',
    ...run.environment,
    PATH: pathOf(job, run.environment.PATH),
    GITHUB_ACTIONS: 'true',
    RUNNER_TRACKING_ID: job.processes.trackingId,
    ...prefixed('GITHUB', github, environmentKeys),
    ...prefixed('RUNNER', job.contexts.runner, runnerKeys),
    ...(job.request.idToken === null
      ? {}
      : {
          ACTIONS_ID_TOKEN_REQUEST_URL: job.request.idToken.url,
          ACTIONS_ID_TOKEN_REQUEST_TOKEN: job.request.idToken.token,
        }),
  };
}

/** Runs a command as (part of) a step: environment, command files, output, exit code. */
export async function spawnInStep(run: StepRun, command: Command): Promise<Conclusion> {
  const { job, frame } = run;
  mkdirSync(job.folders.workspace, { recursive: true });
  const files = makeCommandFiles(job, frame.issues);
  const log = (line: string): void => job.observer.log(job.masker.mask(line));
  const { issues } = frame;
  let sound = false;
  try {
    const code = await runProcess({
      command: command.command,
      arguments: command.arguments,
      folder: command.folder,
      environment: { ...environmentOf(run, files.paths), ...command.environment },
      onLine: createLineReader({ log, issues, masker: job.masker, debug: job.request.debug }),
      onStart: job.processes.started,
      signal: run.signal,
      grace: job.options.grace ?? defaultGrace,
    }).catch((error: unknown) => {
      throw new StepFailure(
        `An error occurred trying to start process '${command.command}' with working directory ` +
          `'${command.folder}'. ${messageOf(error)}`,
      );
    });
    if (code !== 0 && !run.signal.aborted) issues.add('failure', `Process completed with exit code ${code}.`);
    sound = code === 0;
  } finally {
    sound = files.apply(run.outputs, command.state ?? {}) && sound;
  }
  return sound ? 'success' : 'failure';
}

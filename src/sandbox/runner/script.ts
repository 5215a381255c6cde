import { randomUUID } from 'node:crypto';
import { accessSync, constants, writeFileSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import type { Conclusion } from '../contract.ts';
import { interpolate } from './expression.ts';
import { StepFailure } from './job.ts';
import { pathOf, spawnInStep } from './spawn.ts';
import type { StepRun } from './step.ts';

/** Arguments of the shells that GitHub knows by name. Source: workflow syntax, `jobs.<id>.steps[*].shell`. */
const shells: Readonly<Record<string, { readonly template: string; readonly extension: string }>> = {
  bash: { template: 'bash --noprofile --norc -e -o pipefail {0}', extension: '.sh' },
  sh: { template: 'sh -e {0}', extension: '.sh' },
  python: { template: 'python {0}', extension: '.py' },
  pwsh: { template: "pwsh -command . '{0}'", extension: '.ps1' },
};

function isOnPath(command: string, path: string): boolean {
  return path.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function templateOf(run: StepRun): { readonly template: string; readonly extension: string } {
  const { job, frame, step } = run;
  const defaults =
    frame.depth > 0 ? undefined : (job.definition.defaults?.run?.shell ?? job.workflow.defaults?.run?.shell);
  const asked = step.shell === undefined ? defaults : interpolate(step.shell, run.scope());
  // Without `shell` it is bash -e, without pipefail, and sh where there is no bash.
  if (!asked)
    return { template: isOnPath('bash', pathOf(job)) ? 'bash -e {0}' : 'sh -e {0}', extension: '.sh' };
  const known = shells[asked];
  if (known !== undefined) return known;
  if (!asked.includes('{0}')) {
    throw new StepFailure(
      `Invalid shell option "${asked}". Shell must be one of ${Object.keys(shells).join(', ')} or a format string containing '{0}'.`,
    );
  }
  return { template: asked, extension: asked.startsWith('python') ? '.py' : '.sh' };
}

function folderOf(run: StepRun): string {
  const { job, frame, step } = run;
  const defaults = job.definition.defaults?.run ?? {};
  const fallback = defaults['working-directory'] ?? job.workflow.defaults?.run?.['working-directory'];
  const asked = step['working-directory'] ?? (frame.depth > 0 ? undefined : fallback) ?? '';
  const folder = interpolate(asked, run.scope());
  return isAbsolute(folder) ? folder : join(job.folders.workspace, folder);
}

/** A `run` step. */
export async function runScript(run: StepRun): Promise<Conclusion> {
  const { job } = run;
  const script = interpolate(run.step.run ?? '', run.scope());
  const { template, extension } = templateOf(run);
  const file = join(job.folders.temp, `${randomUUID()}${extension}`);
  writeFileSync(file, script);
  const [command = 'bash', ...parts] = template.split(' ');
  const log = (line: string): void => job.observer.log(job.masker.mask(line));
  log(`##[group]Run ${script.trimStart().split('\n')[0]}`);
  for (const line of script.trimEnd().split('\n')) log(`\u001b[36;1m${line}\u001b[0m`);
  log(`shell: ${template}`);
  if (Object.keys(run.environment).length > 0) log('env:');
  for (const [name, value] of Object.entries(run.environment)) log(`  ${name}: ${value}`);
  log('##[endgroup]');
  return spawnInStep(run, {
    command,
    arguments: parts.map((part) => part.replace('{0}', file)),
    folder: folderOf(run),
  });
}

import { join } from 'node:path';
import type { Conclusion } from '../contract.ts';
import type { JavascriptRuns } from './action-file.ts';
import type { ActionPlace } from './composite.ts';
import { spawnInStep } from './spawn.ts';
import type { StepRun } from './step.ts';
import { stepName } from './step-scope.ts';

function inputVariables(inputs: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [
      `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`,
      value,
    ]),
  );
}

/**
 * Runs a JavaScript action on this process's own Node; its `post` runs at the end of the job. The services behind
 * ACTIONS_RUNTIME_TOKEN (artifacts, cache) do not exist here, so the variable is not set.
 */
export async function runJavascript(
  run: StepRun,
  runs: JavascriptRuns,
  place: ActionPlace,
  inputs: Readonly<Record<string, string>>,
): Promise<Conclusion> {
  const { job } = run;
  const state: Record<string, string> = {};
  const call = (file: string, signal: AbortSignal): Promise<Conclusion> => {
    const states = Object.entries(state).map(([name, value]) => [`STATE_${name}`, value]);
    return spawnInStep(
      { ...run, signal },
      {
        command: process.execPath,
        arguments: [join(place.folder, file)],
        folder: job.folders.workspace,
        environment: {
          ...inputVariables(inputs),
          ...Object.fromEntries(states),
          GITHUB_ACTION_PATH: place.folder,
          ...(place.repository === null
            ? {}
            : { GITHUB_ACTION_REPOSITORY: place.repository, GITHUB_ACTION_REF: place.ref ?? '' }),
        },
        state,
      },
    );
  };
  if (runs.pre !== undefined) {
    run.frame.issues.add('warning', `\`pre\` of '${place.uses}' is not run: this runner has no pre steps.`);
  }
  const { post } = runs;
  if (post !== undefined) {
    job.posts.push({
      name: `Post ${stepName(run.step, run.scope())}`,
      condition: runs['post-if'] ?? 'always()',
      run: (signal) => call(post, signal),
    });
  }
  return call(runs.main, run.signal);
}

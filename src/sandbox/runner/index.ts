import type { Runner } from '../contract.ts';
import type { RunnerOptions } from './options.ts';
import { permissionsOf } from './permissions.ts';
import { plan } from './plan.ts';
import { runJob } from './run-job.ts';
import { parseWorkflow } from './workflow.ts';

export type { RunnerOptions } from './options.ts';

/**
 * A runner that executes workflow jobs as GitHub's runner 2.336 does, in child processes of this machine. Its
 * limits: Linux or macOS, no containers, no network for actions, one machine for all jobs.
 */
export function createRunner(options: RunnerOptions = {}): Runner {
  return {
    plan: (text, eventName, event, github) => plan(options, text, eventName, event, github),
    permissions: (text, jobKey) => permissionsOf(parseWorkflow(text), jobKey),
    run: (request, observer, artifacts, checkout, signal) =>
      runJob(options, request, observer, artifacts, checkout, signal),
  };
}

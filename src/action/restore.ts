import { mkdirSync } from 'node:fs';
import path from 'node:path';
import * as core from '@actions/core';
import { artifactName, artifactPattern, claimUse } from './identity.ts';
import { type Environment, jobIdentity, required } from './job-context.ts';

/** Takes a name for this use of the action and makes the folders that the later steps fill. */
export async function restore(environment: Environment): Promise<number> {
  const attempt = required(environment, 'GITHUB_RUN_ATTEMPT');
  // a self-hosted runner may keep what an earlier job left: a name that is taken there would change ours
  const { job, index } = jobIdentity(environment, '');
  const execution = `${required(environment, 'GITHUB_RUN_ID')}-${attempt}-${job}-${index}`;
  const parent = path.join(required(environment, 'RUNNER_TEMP'), 'jit-approval', execution);
  const { use, folder } = claimUse(required(environment, 'JIT_USE'), parent);
  const identity = jobIdentity(environment, use);
  const earlier = path.join(folder, 'earlier');
  mkdirSync(earlier);
  core.setOutput('use', use);
  core.setOutput('artifact', artifactName(identity, Number(attempt)));
  core.setOutput('pattern', artifactPattern(identity));
  core.setOutput('earlier', earlier);
  core.setOutput('report', path.join(folder, 'report.json'));
  return 0;
}

import { messageOf } from '../../errors.ts';
import type { Conclusion } from '../contract.ts';
import { resolveTexts } from './expression.ts';
import type { Issues } from './issues.ts';
import type { Job } from './job.ts';
import { jobScope } from './make-job.ts';
import { permissionsOf } from './permissions.ts';
import { prepareActions, refuseUnsupported } from './prepare.ts';

function applyEnvironment(job: Job, definition: unknown): void {
  const scope = { ...jobScope(job), contexts: { ...job.contexts, env: Object.fromEntries(job.environment) } };
  for (const [name, value] of Object.entries(resolveTexts(definition, scope)))
    job.environment.set(name, value);
}

/** The step "Set up job". */
export async function setUp(job: Job, issues: Issues): Promise<Conclusion> {
  const { observer, definition, workflow, request } = job;
  try {
    observer.log(`Job is about to start running on the sandbox's runner (Node ${process.versions.node})`);
    refuseUnsupported(job);
    applyEnvironment(job, workflow.env);
    applyEnvironment(job, definition.env);
    prepareActions(job, definition.steps ?? []);
    const granted = permissionsOf(workflow, request.job.key);
    observer.log('##[group]GITHUB_TOKEN Permissions');
    for (const [scope, access] of Object.entries(granted)) observer.log(`${scope}: ${access}`);
    observer.log('##[endgroup]');
    if (granted['id-token'] === 'write' && request.idToken === null) {
      observer.log(
        'id-token: write is asked for, but this job may not have ID tokens: ACTIONS_ID_TOKEN_REQUEST_URL is not set.',
      );
    }
    return 'success';
  } catch (error) {
    issues.add('failure', messageOf(error));
    return 'failure';
  }
}

import { mkdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import * as z from 'zod';
import { type Job, StepFailure } from '../job.ts';
import { type Builtin, withDefaults } from './builtin.ts';

const pullRequest = z.object({
  pull_request: z.object({
    head: z.object({ ref: z.string(), sha: z.string() }),
    base: z.object({ ref: z.string(), sha: z.string() }),
  }),
});

/** The sha of a ref that the event itself names; other refs need a git server. */
function shaOf(job: Job, ref: string): string {
  const { request } = job;
  if (/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(ref)) return ref;
  const bare = ref.replace(/^refs\/heads\//, '');
  if (ref === '' || ref === request.ref || bare === request.ref.replace(/^refs\/heads\//, ''))
    return request.sha;
  const pull = pullRequest.safeParse(request.event).data?.pull_request;
  if (pull?.head.ref === bare) return pull.head.sha;
  if (pull?.base.ref === bare) return pull.base.sha;
  throw new StepFailure(
    `A branch or tag with the name '${ref}' could not be found. This runner can check out a commit by its id, ` +
      'the ref of the event, and the head and base branches of its pull request.',
  );
}

export const checkout: Builtin = {
  inputs: withDefaults({
    repository: '',
    ref: '',
    token: '',
    path: '',
    clean: 'true',
    'fetch-depth': '1',
    'fetch-tags': 'false',
    'persist-credentials': 'true',
    submodules: 'false',
    lfs: 'false',
    'sparse-checkout': '',
    'set-safe-directory': 'true',
    'allow-unsafe-pr-checkout': 'false',
  }),
  async run(run, inputs) {
    const { job } = run;
    const { repository, folders } = {
      repository: inputs.repository || job.request.repository,
      folders: job.folders,
    };
    if (repository !== job.request.repository) {
      throw new StepFailure(
        `Repository '${repository}' not found: this runner has only ${job.request.repository}.`,
      );
    }
    const folder = join(folders.workspace, inputs.path ?? '');
    if (relative(folders.workspace, folder).startsWith('..')) {
      throw new StepFailure(`Repository path '${folder}' is not under '${folders.workspace}'`);
    }
    const sha = shaOf(job, inputs.ref ?? '');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    await job.checkout(sha, folder);
    run.outputs.commit = sha;
    run.outputs.ref = inputs.ref || job.request.ref;
    job.observer.log(`HEAD is now at ${sha.slice(0, 7)}`);
  },
};

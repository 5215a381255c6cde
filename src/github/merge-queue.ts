import * as z from 'zod';
import { queuedIn } from '../approval/merge-group.ts';
import type { Client } from './client.ts';
import { split } from './client.ts';
import type { AppGitHub } from './port.ts';

const refSchema = z.object({ ref: z.string(), object: z.object({ sha: z.string() }) });
const comparisonSchema = z.object({
  total_commits: z.int(),
  commits: z.array(
    z
      .object({ sha: z.string(), parents: z.array(z.object({ sha: z.string() })) })
      .transform(({ sha, parents }) => ({ sha, parents: parents.map((parent) => parent.sha) })),
  ),
});

export function mergeQueueCalls(client: Client): Pick<AppGitHub, 'queueBranches' | 'commitsAhead'> {
  return {
    async queueBranches(repository, base) {
      const route = 'GET /repos/{owner}/{repo}/git/matching-refs/{ref}';
      const ref = `heads/gh-readonly-queue/${base}/`;
      const found = await client.one(z.array(refSchema), route, { ...split(repository), ref });
      return found.flatMap(({ ref: name, object }) => {
        const branch = name.replace(/^refs\/heads\//, '');
        const number = queuedIn(branch, base);
        return number === null ? [] : [{ branch, number, head: object.sha }];
      });
    },
    async commitsAhead(repository, base, head) {
      const route = 'GET /repos/{owner}/{repo}/compare/{base}...{head}';
      const commits: z.infer<typeof comparisonSchema>['commits'] = [];
      // not a list to GitHub: its pages hold the same comparison with other commits
      for (let page = 1; ; page++) {
        const asked = { ...split(repository), base, head, per_page: 100, page };
        const found = await client.one(comparisonSchema, route, asked);
        commits.push(...found.commits);
        if (found.commits.length === 0 || commits.length >= found.total_commits) return commits;
      }
    },
  };
}

import * as z from 'zod';
import type { Client } from './client.ts';
import { split } from './client.ts';
import type { AppGitHub, CheckAnnotation, CheckWrite } from './port.ts';

/** GitHub refuses more annotations in one request; further requests append. */
const annotationsPerRequest = 50;

const created = z.object({ id: z.int() });

/**
 * A check run is written whole with every request, and its external id says that it is finished only in the
 * last: whoever comes after a crash sees that annotations are missing.
 */
export function checkCalls(client: Client): Pick<AppGitHub, 'createCheckRun' | 'updateCheckRun'> {
  async function update(repository: string, id: number, bodies: readonly object[]): Promise<void> {
    for (const body of bodies) {
      await client.send('PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}', {
        ...split(repository),
        check_run_id: id,
        ...body,
      });
    }
  }
  return {
    async createCheckRun(repository, headSha, check) {
      const [first, ...rest] = requests(check);
      const { id } = await client.one(created, 'POST /repos/{owner}/{repo}/check-runs', {
        ...split(repository),
        head_sha: headSha,
        ...first,
      });
      await update(repository, id, rest);
      return id;
    },
    updateCheckRun: (repository, id, check) => update(repository, id, requests(check)),
  };
}

function requests(check: CheckWrite): readonly object[] {
  const { annotations } = check;
  const count = Math.max(1, Math.ceil(annotations.length / annotationsPerRequest));
  return Array.from({ length: count }, (_, index) => {
    const batch = annotations.slice(index * annotationsPerRequest, (index + 1) * annotationsPerRequest);
    return body(check, batch, index === count - 1 ? check.externalId : check.unfinishedExternalId);
  });
}

function body(check: CheckWrite, annotations: readonly CheckAnnotation[], externalId: string): object {
  return {
    name: check.name,
    external_id: externalId,
    status: check.status,
    ...(check.conclusion === null ? {} : { conclusion: check.conclusion }),
    output: {
      title: check.title,
      summary: check.summary,
      // '' also empties an earlier text, which leaving it out would keep
      text: check.text ?? '',
      ...(annotations.length === 0 ? {} : { annotations }),
    },
    actions: check.actions,
  };
}

import * as z from 'zod';
import { checkCalls } from './checks.ts';
import type { OctokitLike } from './client.ts';
import { client, split } from './client.ts';
import { codeownersCalls } from './codeowners.ts';
import { conversationCalls } from './conversation.ts';
import { mergeQueueCalls } from './merge-queue.ts';
import { peopleCalls } from './people.ts';
import type { AppCalls, AppGitHub, Delivery, RepositoryReader } from './port.ts';
import { repositoryReader } from './reader.ts';
import { reviewCalls } from './reviews.ts';
import { runCalls } from './runs.ts';

/** The runner's GitHub: needs `contents`, `checks` and `pull-requests: read`. */
export function githubReader(octokit: OctokitLike): RepositoryReader {
  return repositoryReader(client(octokit));
}

/** What the runner writes where no App is: its own check run. Needs `checks: write`. */
export function checkWriter(octokit: OctokitLike): Pick<AppGitHub, 'createCheckRun'> {
  return checkCalls(client(octokit));
}

/** The App's GitHub, with the token of one installation. */
export function appGitHub(octokit: OctokitLike): AppGitHub {
  const calls = client(octokit);
  return {
    ...repositoryReader(calls),
    ...checkCalls(calls),
    ...runCalls(calls),
    ...conversationCalls(calls),
    ...peopleCalls(calls),
    ...reviewCalls(calls),
    ...codeownersCalls(calls),
    ...mergeQueueCalls(calls),
  };
}

const deliverySchema = z
  .object({
    id: z.int(),
    guid: z.string(),
    delivered_at: z.string(),
    status_code: z.int(),
    event: z.string(),
    action: z.string().nullable(),
  })
  .transform(
    (found): Delivery => ({
      id: found.id,
      guid: found.guid,
      deliveredAt: found.delivered_at,
      statusCode: found.status_code,
      event: found.event,
      action: found.action,
    }),
  );

const appSchema = z.object({ slug: z.string() });
const installationSchema = z.object({ id: z.int(), suspended_at: z.string().nullable().optional() });

/** Calls that GitHub takes from the App itself, authenticated by its JWT. */
export function appCalls(octokit: OctokitLike): AppCalls {
  const calls = client(octokit);
  return {
    async slug() {
      return (await calls.one(appSchema, 'GET /app', {})).slug;
    },
    async installations() {
      const found = await calls.all(installationSchema, 'GET /app/installations', {});
      return found.filter(({ suspended_at: suspended }) => !suspended).map(({ id }) => id);
    },
    async installationOn(repository) {
      const route = 'GET /repos/{owner}/{repo}/installation';
      const found = await calls.maybe(installationSchema, route, split(repository));
      return found === null || found.suspended_at ? null : found.id;
    },
    failedDeliveries(since) {
      const wanted = (delivery: Delivery) => Date.parse(delivery.deliveredAt) >= Date.parse(since);
      return calls.while(deliverySchema, 'GET /app/hook/deliveries', { status: 'failure' }, wanted);
    },
    redeliver: (id) => calls.send('POST /app/hook/deliveries/{delivery_id}/attempts', { delivery_id: id }),
  };
}

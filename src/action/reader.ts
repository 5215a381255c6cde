import { getOctokit } from '@actions/github';
import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import { githubReader } from '../github/octokit.ts';
import { plainFetch } from '../github/plain-fetch.ts';
import type { RepositoryReader } from '../github/port.ts';
import type { Environment } from './job-context.ts';

/** A job that waits longer costs more than one that is started again. */
const longestWaitS = 60;

function waits(retryAfterS: number, _request: unknown, _octokit: unknown, retries: number): boolean {
  return retryAfterS <= longestWaitS && retries < 2;
}

/** As @actions/http-client reads them; where one is set, its own fetch goes by it. */
const proxyNames = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'];

/** GitHub with the job's token, at the job's own server; null without a token. */
export function jobReader(environment: Environment): RepositoryReader | null {
  const octokit = jobOctokit(environment);
  return octokit === null ? null : githubReader(octokit);
}

/**
 * What GitHub answers with 5xx is asked three times more, after `pauseMs`, four and nine times that; at a limit it
 * waits as long as GitHub says, up to a minute.
 */
export function jobOctokit(environment: Environment, pauseMs = 1000): ReturnType<typeof getOctokit> | null {
  const token = environment.JIT_INPUT_GITHUB_TOKEN ?? '';
  if (token === '') return null;
  const baseUrl = environment.GITHUB_API_URL;
  const isProxied = proxyNames.some((name) => (environment[name] ?? '') !== '');
  const options = {
    ...(isProxied ? {} : { request: { fetch: plainFetch } }),
    retry: { retryAfterBaseValue: pauseMs },
    throttle: { retryAfterBaseValue: pauseMs, onRateLimit: waits, onSecondaryRateLimit: waits },
    ...(baseUrl === undefined ? {} : { baseUrl }),
  };
  const octokit = getOctokit(token, options, retry, throttling);
  const graphqlUrl = environment.GITHUB_GRAPHQL_URL;
  if (graphqlUrl !== undefined && URL.canParse(graphqlUrl)) {
    // a base of its own, for Octokit makes its own address of one that ends in /api/v3
    const baseUrl = new URL(graphqlUrl).origin;
    octokit.graphql = octokit.graphql.defaults({ baseUrl, url: graphqlUrl });
  }
  return octokit;
}

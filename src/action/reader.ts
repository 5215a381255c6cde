import { getOctokit } from '@actions/github';
import { githubReader } from '../github/octokit.ts';
import type { RepositoryReader } from '../github/port.ts';
import type { Environment } from './job-context.ts';

/** GitHub with the job's token, at the job's own server; null without a token. */
export function jobReader(environment: Environment): RepositoryReader | null {
  const octokit = jobOctokit(environment);
  return octokit === null ? null : githubReader(octokit);
}

export function jobOctokit(environment: Environment): ReturnType<typeof getOctokit> | null {
  const token = environment.JIT_INPUT_GITHUB_TOKEN ?? '';
  if (token === '') return null;
  const baseUrl = environment.GITHUB_API_URL;
  return getOctokit(token, baseUrl === undefined ? {} : { baseUrl });
}

import * as core from '@actions/core';
import { JitError, messageOf } from '../errors.ts';
import type { RepositoryReader } from '../github/port.ts';
import type { Known } from '../policy/action.ts';
import { readOrganisationFile } from '../policy/organisation.ts';
import { formatProblem, loadPolicy, type Policy, type PolicyText } from '../policy/parse.ts';
import type { Begun } from './begin.ts';
import type { JobContext } from './job-context.ts';

export interface JobPolicy {
  readonly policy: Policy;
  readonly texts: readonly PolicyText[];
  readonly notices: string[];
  /** Reads a file at the commit that the policy came from. */
  readonly readFile: (file: string) => Promise<Known<string>>;
}

/**
 * The policy that judges this job: the base branch's and the default branch's, read by API; the head's only
 * where neither has one. Anything wrong with it ends the run: it never falls back to a default.
 */
export async function jobPolicy({ context, reader, file, texts: asked }: Begun): Promise<JobPolicy> {
  const { repository } = context.run;
  if (reader === null || repository === null || asked === null) {
    throw new JitError(
      'POLICY',
      'The policy is read from the base branch by API: give the input "github-token" (default: the job\'s own token) `contents: read`.',
    );
  }
  const texts = await asked.catch((cause: unknown) => {
    throw new JitError('POLICY', `The policy could not be read: ${messageOf(cause)}`, { cause });
  });
  const first = texts[0];
  if (first === undefined) {
    throw new JitError(
      'POLICY',
      `There is no ${file} on ${context.policyBranch}, on the default branch or on the head.`,
    );
  }
  const loaded = loadPolicy(texts);
  if (!loaded.ok) {
    for (const problem of loaded.problems) {
      core.error(formatProblem(problem), {
        title: 'Invalid policy',
        file: problem.file,
        startLine: problem.line,
      });
    }
    throw new JitError(
      'POLICY',
      `The policy has ${loaded.problems.length} problem(s); the suite was not started.`,
    );
  }
  if (!texts.some(({ source }) => source.from === 'organisation')) {
    core.info(
      `No organisation policy counts: ${repository.split('/')[0]}/.github has no jit-approval.yml, or this token cannot see it.`,
    );
  }
  return {
    policy: loaded.policy,
    texts,
    notices: noticesOf(texts, context),
    readFile: readAt(reader, repository, first, texts),
  };
}

function noticesOf(texts: readonly PolicyText[], context: JobContext): string[] {
  if (texts[0]?.source.from !== 'head') return [];
  return [
    `Neither ${context.policyBranch} nor the default branch has a policy, so this pull request's own one is used, ` +
      'with fixed approvals: one person with the role maintain who is not the author.',
  ];
}

/** A file that an organisation's rule names comes from the organisation's commit. */
function readAt(
  reader: RepositoryReader,
  repository: string,
  first: PolicyText,
  texts: readonly PolicyText[],
): JobPolicy['readFile'] {
  return async (file) => {
    const shared = readOrganisationFile(file);
    const text = shared === null ? first : texts.find(({ source }) => source.from === 'organisation');
    const commit = text?.source.commit ?? null;
    try {
      const found =
        commit === null
          ? null
          : await reader.fileAtCommit(shared?.repository ?? repository, commit, shared?.path ?? file);
      return found === null
        ? { known: false, why: `${file} does not exist where the policy came from` }
        : { known: true, value: found.text };
    } catch (thrown) {
      return { known: false, why: `${file} could not be read: ${messageOf(thrown)}` };
    }
  };
}

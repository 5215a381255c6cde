import type { Defence } from './defence.ts';

const taken = 'test/attacks/policy-from-the-pull-request.test.ts';
const owners = 'test/attacks/owners-chosen-by-the-pull-request.test.ts';
const organisation = 'test/attacks/organisation-policy-left-out.test.ts';
const files = 'test/approval/codeowners.test.ts';

/** S9: what judges a pull request is not taken from it. */
export const policies: readonly Defence[] = [
  {
    attack: 'S9',
    defence: 'the policy is read from the base branch',
    file: 'src/github/policy-source.ts',
    before: 'if (found.length > 0 || head === null) return found;',
    after: 'if (head === null) return found;',
    falls: { [taken]: 'a pull request that lets readers approve is judged by the base' },
  },
  {
    attack: 'S9',
    defence: "a report must be made under the base's policy",
    file: 'src/app/report-fact.ts',
    before: 'if (said.size === is.size && said.isSubsetOf(is)) return null;',
    after: 'return null;',
    falls: {
      [taken]: "a report made under the head's policy is not valid, and the gate says so",
      'test/attacks/untrusted-report.test.ts': "one made under another policy than the base's is refused",
    },
  },
  {
    attack: 'S9',
    defence: 'the default branch judges together with the base',
    file: 'src/github/policy-source.ts',
    before: 'branch === base ? [] : branchText(',
    after: 'branch !== null ? [] : branchText(',
    falls: { [taken]: 'a base that is laxer than the default branch asks for what both ask' },
  },
  {
    attack: 'S9',
    defence: 'approvals are bound to the content of the rules',
    file: 'src/app/read-policy.ts',
    before: 'requirementsOf: (rules) => requirementsOf(policy, rules),',
    after:
      'requirementsOf: (rules) => rules.flatMap(({ id, digest }) => policy.requirements.filter((one) => one.ruleId === id).map((one) => ({ ...one, digest }))),',
    also: [
      {
        file: 'src/approval/sightings.ts',
        before: 'if (policy === undefined) return null;',
        after: 'if (policy !== null) return null;',
      },
    ],
    falls: { [taken]: 'a changed rule makes approvals that were given under it stale' },
  },
  {
    attack: 'S9',
    defence: 'a policy that cannot be used closes the gate',
    file: 'src/app/pass.ts',
    before: 'if (problem !== null) {',
    after: 'if (problem === undefined) {',
    falls: {
      [taken]: 'a policy that cannot be used closes the gate, with file, line and column',
      [organisation]: 'a broken one closes the gate',
    },
  },
  {
    attack: 'S9',
    defence: 'a change of the workflow holds the gate',
    file: 'src/approval/workflow-change.ts',
    before: 'if (first === undefined) return null;',
    after: 'if (first === undefined || files.length > 0) return null;',
    falls: { [taken]: 'a pull request that changes its workflow holds its own gate' },
  },
  {
    attack: 'S9',
    defence: 'CODEOWNERS is read from the default branch too',
    file: 'src/app/owners.ts',
    before: 'const branches = [...new Set([base.ref, normal])];',
    after: 'const branches = [base.ref, normal].slice(0, 1);',
    falls: { [owners]: 'neither the head nor a branch of one’s own says who owns a file' },
  },
  {
    attack: 'S9',
    defence: 'CODEOWNERS is never read from the head',
    file: 'src/app/owners.ts',
    before: '{ base }: PullRequest,\n): Promise<Ownership> {',
    after:
      '{ base: into, head }: PullRequest,\n): Promise<Ownership> { const base = { ...into, ref: head.ref };',
    also: [
      {
        file: 'src/app/owners.ts',
        before: 'const branches = [...new Set([base.ref, normal])];',
        after: 'const branches = [base.ref, normal].slice(0, 1);',
      },
    ],
    falls: { [owners]: 'neither the head nor a branch of one’s own says who owns a file' },
  },
  {
    attack: 'S9',
    defence: "the organisation's policy judges too",
    file: 'src/github/policy-source.ts',
    before: '...(organisation === null ? [] : [organisation])];',
    after: '...(organisation === null ? [] : [])];',
    falls: {
      [organisation]: 'a report that it did not judge is not valid, and the gate says what is missing',
    },
  },
  {
    attack: 'codeowners',
    defence: 'matching with CODEOWNERS ends in time',
    file: 'src/approval/codeowners.ts',
    before: 'const maximumSteps = 5_000_000;',
    after: 'const maximumSteps = 10 ** 12;',
    falls: { [files]: 'lines that are made to match slowly name nobody, and whoever asks is told why' },
  },
  {
    attack: 'huge-codeowners',
    defence: 'comparisons are counted over all files that the reports of a pull request name',
    file: 'src/approval/codeowners.ts',
    before: 'const maximumInAll = 100_000_000;',
    after: 'const maximumInAll = 10 ** 12;',
    falls: { 'test/attacks/huge-codeowners.test.ts': 'files that a report invents, deep and many' },
  },
  {
    attack: 'codeowners',
    defence: 'who cannot be found in time is nobody',
    file: 'src/approval/codeowners.ts',
    before: 'if (steps.left < 0) return undecidable;',
    after: 'if (steps.left < 0) return null;',
    falls: { [files]: 'lines that are made to match slowly name nobody, and whoever asks is told why' },
  },
  {
    attack: 'codeowners',
    defence: 'a CODEOWNERS above 3 MB names nobody',
    file: 'src/github/codeowners.ts',
    before: 'if (entry.size > maximumCodeowners) return { path, text: null };',
    after: '',
    falls: {
      'test/attacks/huge-codeowners.test.ts':
        'of more than 3 MB is not read, names nobody, and the gate says so',
    },
  },
];

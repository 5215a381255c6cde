import type { HoldRequirement } from '../approval/requirement.ts';
import { policyFile, policyTexts } from '../github/policy-source.ts';
import type { AppGitHub, PullRequest } from '../github/port.ts';
import { formatProblem, loadPolicy, type Policy, type PolicyText } from '../policy/parse.ts';
import { fixedApprovals, requirementOf, requirementsOf } from '../policy/requirements.ts';
import { recordingNotice } from '../report/sentences.ts';
import type { GatePolicy } from './gate-policy.ts';

/** The policy that judges a pull request, read by the App itself. Null when there is none anywhere. */
export async function readGatePolicy(
  github: Pick<AppGitHub, 'defaultBranch' | 'visibleDefaultBranch' | 'fileAtBranch' | 'fileAtCommit'>,
  pull: PullRequest,
): Promise<GatePolicy | null> {
  const texts = await policyTexts(github, pull.base.repository, pull.base.ref, pull.head.sha);
  return texts.length === 0 ? null : gatePolicyOf(texts);
}

export function gatePolicyOf(texts: readonly PolicyText[]): GatePolicy {
  const blobs = texts.map(({ source }) => source.blob);
  const loaded = loadPolicy(texts);
  if (!loaded.ok) return unusable(texts, blobs, loaded.problems.map(formatProblem));
  const { policy } = loaded;
  return {
    blobs,
    organisationBlob: texts.find(({ source }) => source.from === 'organisation')?.source.blob,
    rules: rulesOf(policy),
    mode: policy.mode,
    app: policy.app,
    workflows: policy.workflows,
    unreported: policy.unreported,
    requirementsOf: (rules) => requirementsOf(policy, rules),
    asksOwners: policy.requirements.some(({ from }) => from.codeowners === true),
    defaults: defaultsOf(policy),
    problem: null,
    notes: notesOf(policy),
  };
}

function notesOf(policy: Policy): string[] {
  return [
    ...(policy.fixedApprovals
      ? [
          `Neither the base nor the default branch has ${policyFile}; the pull request's own is used, and approvals ask for role maintain whatever it says.`,
        ]
      : []),
    ...(policy.mode === 'record' ? [recordingNotice] : []),
  ];
}

function rulesOf(policy: Policy): GatePolicy['rules'] {
  return policy.layers.flatMap((layer) => [
    ...layer.rules.map((rule) => rule.ref),
    ...Object.values(layer.builtins).map((rule) => rule.ref),
  ]);
}

type Defaults = Omit<HoldRequirement, 'ruleId' | 'digest'>;

/** What the policy asks for where no rule says otherwise: the built-in rules are asked for exactly that. */
function defaultsOf(policy: Policy): Defaults {
  const builtin = policy.layers[0]?.builtins.default.requirement;
  return builtin === undefined ? strictDefaults : withoutRule(builtin);
}

const strictDefaults = withoutRule(
  requirementOf({}, { id: 'none', digest: '', offersVarying: false }, fixedApprovals),
);

function withoutRule({ ruleId: _id, digest: _digest, ...defaults }: HoldRequirement): Defaults {
  return defaults;
}

/** Nothing counts under a policy that cannot be read, and the gate says why. */
function unusable(
  texts: readonly PolicyText[],
  blobs: readonly string[],
  lines: readonly string[],
): GatePolicy {
  return {
    blobs,
    rules: [],
    mode: 'enforce',
    app: appOf(texts),
    workflows: [],
    unreported: 'block',
    requirementsOf: () => null,
    asksOwners: false,
    defaults: strictDefaults,
    problem: { title: 'The policy cannot be used', lines },
    notes: [],
  };
}

/** Whose gate this is, from a text that is not valid as a whole: only to know who must speak up. */
function appOf(texts: readonly PolicyText[]): number | null {
  const digits = /^app:[ \t]*([1-9]\d{0,14})[ \t]*(?:#.*)?$/m.exec(texts[0]?.text ?? '')?.[1];
  return digits === undefined ? null : Number(digits);
}

import { buildForm } from '../approval/build-form.ts';
import type { HoldRequirement } from '../approval/requirement.ts';
import type { RuntimeAction } from '../policy/action.ts';
import { conclude, decide } from '../policy/decide.ts';
import { formatProblem, type Loaded, type Policy } from '../policy/parse.ts';
import { requirementsOf } from '../policy/requirements.ts';
import type { Verdict } from '../policy/verdict.ts';
import { formLine } from '../report/form-text.ts';
import type { Changed, PolicyChange } from '../report/policy-change.ts';
import type { Met } from '../report/recorded.ts';
import { redactForm } from '../report/redaction.ts';

const maximumChanges = 100;

/**
 * Judges every runtime action a second time, by the policy that the pull request brings. Pure: it uses the facts
 * and check results that the real verdict needed, and changes nothing.
 */
export class PolicyComparison {
  readonly #options: {
    readonly judging: Policy;
    readonly proposed: Loaded;
    readonly file: string;
    readonly secrets: readonly string[];
  };
  readonly #changes = new Map<string, Changed>();
  #compared = 0;
  #unknown = 0;
  #different = 0;

  constructor(options: {
    readonly judging: Policy;
    /** The pull request's policy, united with whatever the base's is united with. */
    readonly proposed: Loaded;
    readonly file: string;
    readonly secrets: readonly string[];
  }) {
    this.#options = options;
  }

  add(met: Met): void {
    const { proposed, judging } = this.#options;
    if (!proposed.ok) return;
    this.#compared += 1;
    const verdict = proposedVerdict(proposed.policy, met);
    if (verdict === null) {
      this.#unknown += 1;
      return;
    }
    const approvals = approvalsChange(judging, met.verdict, proposed.policy, verdict);
    if (verdict.decision === met.verdict.decision && approvals === null) return;
    this.#different += 1;
    this.#note(met, verdict, approvals);
  }

  #note({ action, verdict: was }: Met, becomes: Verdict, approvals: Changed['approvals']): void {
    const rules = (becomes.decision === 'allow' ? was : becomes).rules.map((rule) => rule.id);
    const changed: Changed = {
      action: this.#lineOf(action),
      kind: action.kind,
      target: action.target.name.slice(0, 300),
      was: was.decision,
      becomes: becomes.decision,
      approvals,
      rules: rules.map((id) => id.slice(0, 200)).slice(0, 20),
      count: 1,
    };
    const key = JSON.stringify(changed);
    const known = this.#changes.get(key);
    if (known !== undefined) this.#changes.set(key, { ...known, count: known.count + 1 });
    else if (this.#changes.size < maximumChanges) this.#changes.set(key, changed);
  }

  /** Without values: runs make new ones, and a list of kinds is what people can read. */
  #lineOf(action: RuntimeAction): string {
    const form = redactForm(buildForm(action, [], null).form, this.#options.secrets);
    const values = form.values.map((value) => ({ ...value, type: 'varies' as const, text: '' }));
    return formLine(action.kind === 'command' ? form : { ...form, values }, 300);
  }

  result(): PolicyChange {
    const { judging, proposed, file } = this.#options;
    const problems = proposed.ok ? [] : proposed.problems.map(formatProblem);
    const mode =
      proposed.ok && proposed.policy.mode !== judging.mode
        ? { was: judging.mode, becomes: proposed.policy.mode }
        : null;
    return {
      file,
      problems: problems.slice(0, 20).map((problem) => problem.slice(0, 1000)),
      mode,
      settings: proposed.ok ? settingsChange(judging, proposed.policy) : [],
      compared: this.#compared,
      unknown: this.#unknown,
      different: this.#different,
      changes: [...this.#changes.values()].sort((a, b) => weight(a) - weight(b) || b.count - a.count),
    };
  }
}

function settingsChange(was: Policy, becomes: Policy): PolicyChange['settings'] {
  const [before, after] = [settingsOf(was), settingsOf(becomes)];
  return Object.entries(before).flatMap(([key, value]) => {
    const now = after[key] ?? '';
    return now === value ? [] : [{ key, was: value.slice(0, 500), becomes: now.slice(0, 500) }];
  });
}

/** What is not asked of single runtime actions, in words. */
function settingsOf(policy: Policy): Record<string, string> {
  const thrownAway = Object.entries(policy.targets).flatMap(([name, { disposable }]) =>
    disposable === true ? [name] : [],
  );
  return {
    'disposable targets': thrownAway.sort().join(', ') || 'none',
    app: String(policy.app ?? 'none'),
    workflows: [...policy.workflows].sort().join(', ') || 'none',
    unreported: policy.unreported,
    'without-pull-request': policy.withoutPullRequest,
    'guards.target-identity': policy.layers.some(({ guard }) => guard !== null) ? 'on' : 'off',
  };
}

/** What gets looser comes first: that is what a reviewer must see. */
function weight({ was, becomes, approvals }: Changed): number {
  const order = { allow: 0, hold: 1, deny: 2 };
  if (approvals !== null) return 1;
  return order[becomes] < order[was] ? 0 : 2;
}

/** Null where it cannot be told from what the real verdict needed. */
function proposedVerdict(policy: Policy, { action, run, facts, verdict: real }: Met): Verdict | null {
  const decided = decide({ policy, action, run, facts });
  if (decided.kind === 'needs') return null;
  const { verdict } = decided;
  if (verdict.decision === 'deny' || verdict.checks.length === 0) return verdict;
  const results = verdict.checks.flatMap((request) => {
    const found = real.results.find(
      (result) => JSON.stringify(result.request.check) === JSON.stringify(request.check),
    );
    return found === undefined ? [] : [{ ...found, request }];
  });
  return results.length < verdict.checks.length ? null : conclude(verdict, results);
}

function approvalsChange(
  judging: Policy,
  was: Verdict,
  proposed: Policy,
  becomes: Verdict,
): Changed['approvals'] {
  if (was.decision !== 'hold' || becomes.decision !== 'hold') return null;
  const [before, after] = [words(judging, was), words(proposed, becomes)];
  return before === after ? null : { was: before, becomes: after };
}

function words(policy: Policy, { rules }: Verdict): string {
  const found =
    requirementsOf(
      policy,
      rules.map(({ id, digest }) => ({ id, digest })),
    ) ?? [];
  return [...new Set(found.map(requirementWords))].sort().join(' and ').slice(0, 500);
}

/** `2 approvals of role maintain or team acme/data, within 24 hours`. */
function requirementWords(requirement: HoldRequirement): string {
  const { count, from, author, contributors, expiresMs, scope } = requirement;
  const who = [
    ...(from.role === null ? [] : [`role ${from.role}`]),
    ...from.teams.map((team) => `team ${team}`),
    ...from.users.map((user) => `user ${user}`),
  ];
  return [
    `${count} ${count === 1 ? 'approval' : 'approvals'} of ${who.join(' or ') || 'nobody'}`,
    ...(author ? ['the author counts'] : []),
    ...(contributors ? ['contributors count'] : []),
    expiresMs === null ? 'without end' : `for ${expiresMs / 3_600_000} h`,
    ...(scope === 'commit' ? ['on one commit'] : []),
  ].join(', ');
}

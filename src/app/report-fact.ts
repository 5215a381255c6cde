import type { Fact, ReportedAction } from '../approval/facts.ts';
import { actionId, fingerprint } from '../approval/fingerprint.ts';
import { runAnew } from '../approval/sightings.ts';
import type { RuleRef } from '../policy/verdict.ts';
import { formProblem } from '../report/form-text.ts';
import { changesOf } from '../report/policy-change.ts';
import { isRecorded, recordingHeadline } from '../report/recording-text.ts';
import { isRedactedName, unexplainedRedactions } from '../report/redaction.ts';
import { trustedEdit } from '../report/remember-text.ts';
import type { Flagged, Report } from '../report/schema.ts';
import { neverCalled } from '../report/sentences.ts';
import { shapesOf } from '../report/shapes.ts';
import { checkSentence } from '../report/views.ts';

/** What GitHub and the base's policy say; a report that says otherwise is not valid. */
export interface ReportTruth {
  readonly repository: string;
  readonly pullRequest: number;
  readonly base: string;
  readonly head: string;
  readonly runId: number;
  /** From the artifact's name. */
  readonly job: string;
  readonly attempt: number;
  /** The attempt that the run has reached. */
  readonly runAttempt: number;
  readonly artifactId: number;
  /** Git blobs of the policy texts, as the App read them itself. */
  readonly policyBlobs: readonly string[];
  /** GitHub's own host, github.com where nothing else is said. */
  readonly host?: string;
  /** Of these the organisation's, where it has one. */
  readonly organisationBlob?: string | undefined;
  /** Of that policy; without one nothing is only recorded. */
  readonly mode?: 'enforce' | 'record';
  /** Every rule of that policy, built-in ones included. */
  readonly rules: readonly Pick<RuleRef, 'id' | 'digest' | 'varies'>[];
}

type ReportFact = Extract<Fact, { type: 'report' }>;

/** The fact that an artifact leaves in the ledger. `report` is untrusted; a string says why there is none. */
export function reportFact(truth: ReportTruth, report: Report | string, at: string): ReportFact {
  const problem = typeof report === 'string' ? report : reportProblem(truth, report);
  const valid = typeof report !== 'string' && problem === null ? report : null;
  return {
    type: 'report',
    at,
    runId: truth.runId,
    attempt: truth.attempt,
    job: truth.job,
    head: truth.head,
    artifactId: truth.artifactId,
    ...(valid?.run.checkRunId != null && { checkRunId: valid.run.checkRunId }),
    invalid: problem,
    result: valid?.result ?? null,
    exitCode: valid?.exitCode ?? null,
    actions: valid?.flagged.flatMap((flagged) => reportedAction(flagged, truth)) ?? [],
    notices: valid === null ? [] : noticesOf(valid),
    ...(valid === null ? {} : { shapes: shapesOf(valid) }),
    policy: [...truth.policyBlobs],
  };
}

function reportProblem(truth: ReportTruth, report: Report): string | null {
  if (truth.attempt > truth.runAttempt) {
    return `it names attempt ${truth.attempt}, but the run has reached attempt ${truth.runAttempt}`;
  }
  const { run } = report;
  const claims: readonly [string, unknown, unknown][] = [
    ['repository', run.repository, truth.repository],
    ['run', run.runId, truth.runId],
    ['attempt', run.attempt, truth.attempt],
    ['job', run.job, truth.job],
    ['head commit', run.head, truth.head],
    ['pull request', run.pullRequest, truth.pullRequest],
    ['base branch', run.base, truth.base],
  ];
  const lie = claims.find(([, said, is]) => said !== is);
  if (lie !== undefined) {
    const remedy = lie[0] === 'base branch' ? `; ${runAnew}` : '';
    return `it says ${lie[0]} ${quote(lie[1])}, but GitHub says ${quote(lie[2])}${remedy}`;
  }
  return policyProblem(truth, report) ?? firstProblem(truth, report);
}

function policyProblem({ policyBlobs, organisationBlob, base }: ReportTruth, report: Report): string | null {
  const said = new Set(report.policy.map((source) => source.blob));
  const is = new Set(policyBlobs);
  if (said.size === is.size && said.isSubsetOf(is)) return null;
  if (organisationBlob !== undefined && !said.has(organisationBlob)) {
    return "the organisation's policy did not judge it: the job's token must be able to read the .github repository (make it visible to the job, or give `github-token` a token that can read it)";
  }
  return `it was made under another policy than ${base} has now; run the job again`;
}

function firstProblem(truth: ReportTruth, report: Report): string | null {
  for (const flagged of report.flagged) {
    const problem = actionProblem(truth, flagged);
    if (problem !== null) return `action ${flagged.id}: ${problem}`;
  }
  const prints = new Set(report.flagged.map(({ fingerprint: print, outcome }) => `${print} ${outcome}`));
  return prints.size < report.flagged.length ? 'it lists one action twice' : null;
}

/** What the policy of the base says of a reported action; `post` in live/ asks the same of a running job's. */
export type ActionTruth = Pick<ReportTruth, 'base' | 'rules' | 'mode' | 'repository' | 'host'>;

/** Why an action cannot be believed as it is written; null when it can. */
export function actionProblem(truth: ActionTruth, flagged: Flagged): string | null {
  const { form, fingerprint: said, id } = flagged;
  if (isRecorded(flagged.outcome) && truth.mode !== 'record') {
    return `it says that it ran because the policy only records, but the policy of ${truth.base} enforces`;
  }
  if (flagged.outcome === 'unapproved') {
    return 'it says that it ran as there is no pull request, but there is one';
  }
  const shape = formProblem(form);
  if (shape !== null) return shape;
  const print = fingerprint(form);
  if (print !== said) return 'its fingerprint is not that of the form which it shows';
  if (actionId(print, id.length) !== id) return 'its id does not belong to its fingerprint';
  if (form.rules.length === 0) return 'it names no rule that flagged it';
  const rules = form.rules.map(({ id, digest }) =>
    truth.rules.find((rule) => rule.id === id && rule.digest === digest),
  );
  const unknown = rules.indexOf(undefined);
  if (unknown >= 0) return `rule ${quote(form.rules[unknown]?.id)} is not in the policy of ${truth.base}`;
  const open = form.values.find(
    (value) => value.type === 'varies' && !rules.every((rule) => rule?.varies.includes(value.name)),
  );
  return open === undefined ? null : `it leaves ${quote(open.name)} open, which the policy does not`;
}

/** The action as facts carry it, its fingerprint recomputed. What was only recorded is nothing to decide. */
export function reportedAction(flagged: Flagged, truth: ActionTruth): ReportedAction[] {
  const { form, outcome, grant, target, reason, count, steps, origin, ruleAt, checks } = flagged;
  if (isRecorded(outcome) || outcome === 'unapproved') return [];
  const hidden = unexplainedRedactions(form);
  return [
    {
      fingerprint: fingerprint(form),
      form,
      outcome,
      grant,
      target,
      reason,
      unbindable: flagged.unbindable ?? hiddenProblem(flagged, hidden),
      count,
      steps,
      origin,
      ruleAt,
      unknown: flagged.unknown,
      checks: checks.filter((check) => check.outcome !== 'passed').map(checkSentence),
      ...(flagged.remember === undefined
        ? {}
        : {
            remember: flagged.remember.map((one) => ({
              ...one,
              edit: trustedEdit(one.edit, truth.repository, truth.host ?? 'github.com'),
            })),
          }),
    },
  ];
}

/** Hiding what a WHERE or a path says would have people approve whatever stands there. */
function hiddenProblem({ form }: Flagged, hidden: readonly string[]): string | null {
  const deciding = form.values.find(
    (value) => value.selects && hidden.includes(value.name) && !isRedactedName(value.name),
  );
  return deciding === undefined
    ? null
    : `${deciding.name} decides what is touched and is hidden as a secret, which its name does not explain`;
}

/** The runner says it too; a report that leaves the sentence out cannot hide it. */
function noticesOf(report: Report): string[] {
  const flagged = new Set(report.flagged.map((entry) => entry.target));
  const silent = report.targets
    .filter((target) => target.declared && target.calls === 0 && !flagged.has(target.name))
    .map((target) => neverCalled(target.name));
  const recording = recordingHeadline(report);
  return [
    ...new Set([
      ...(recording === null ? [] : [`${recording}.`]),
      ...changesOf(report, 10),
      ...report.notices,
      ...silent,
    ]),
  ];
}

/** Foreign text in a sentence: short, quoted, without line breaks. */
function quote(value: unknown): string {
  const text = JSON.stringify(value ?? null);
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}

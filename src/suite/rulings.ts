import type { Found } from '../approval/grant.ts';
import type { RuntimeAction } from '../policy/action.ts';
import type { Ruling } from '../policy/judge.ts';
import { redactText } from '../report/redaction.ts';
import type { Flagged } from '../report/schema.ts';
import type { JudgeOptions } from './judge.ts';
import { shapeLine } from './shape-line.ts';

/** It runs; counted once the gate tells how it ended. */
export function allowed(options: JudgeOptions, action: RuntimeAction, step: string): Ruling {
  return {
    outcome: 'allow',
    settle(settlement, latencyMs) {
      if (settlement === 'void' || settlement === 'refused') return;
      options.recorder.counts(step).allowed += 1;
      options.recorder.ran(action, settlement, latencyMs);
      const count = () => options.recorder.count(action, shapeLine(action, options.secrets));
      if (options.later === undefined) count();
      else options.later.add(count);
    },
  };
}

/** It was flagged and runs because a grant covers it. */
export function granted(
  options: JudgeOptions,
  action: RuntimeAction,
  step: string,
  flagged: Flagged,
  found: Extract<Found, { kind: 'granted' }>,
): Ruling {
  return {
    outcome: 'allow',
    settle(settlement, latencyMs) {
      if (settlement === 'void' || settlement === 'refused') {
        found.giveBack();
        return;
      }
      options.recorder.counts(step).allowed += 1;
      options.recorder.ran(action, settlement, latencyMs);
      const record: Flagged = { ...flagged, outcome: 'granted', grant: found.grant.binds };
      options.recorder.flag(record);
      options.onFlagged(record);
    },
  };
}

/** The policy would hold or deny it, but only records: it runs. */
export function recorded(
  options: JudgeOptions,
  action: RuntimeAction,
  step: string,
  flagged: Flagged,
): Ruling {
  const ran = allowed(options, action, step);
  return {
    outcome: 'allow',
    settle(settlement, latencyMs) {
      ran.settle(settlement, latencyMs);
      if (settlement === 'void' || settlement === 'refused') return;
      options.recorder.flag(flagged);
      options.onFlagged(flagged);
    },
  };
}

/** Nobody decided it: held, unless the run has no pull request and the policy says what that means. */
export function undecided(
  options: JudgeOptions,
  action: RuntimeAction,
  step: string,
  flagged: Flagged,
  problem: string | null,
): Ruling {
  switch (options.withoutPullRequest ?? 'hold') {
    case 'hold':
      return refused(options, action, step, flagged, problem);
    case 'allow':
      if (problem !== null) options.recorder.notice(problem);
      return recorded(options, action, step, { ...flagged, outcome: 'unapproved' });
    case 'deny':
      return refused(options, action, step, deniedAlone(flagged), problem);
  }
}

/** What `without-pull-request: deny` makes of a hold. */
export function deniedAlone(flagged: Flagged): Flagged {
  const why = ' (this run has no pull request, and the policy says "without-pull-request: deny")';
  return { ...flagged, outcome: 'denied', reason: `${flagged.reason.slice(0, 1900)}${why}` };
}

/** Held, or denied by the policy or a person. */
export function refused(
  options: JudgeOptions,
  action: RuntimeAction,
  step: string,
  flagged: Flagged,
  problem: string | null,
): Ruling {
  if (problem !== null) options.recorder.notice(problem);
  options.recorder.declare(action.target);
  const held = flagged.outcome === 'held';
  const by = flagged.deniedBy === null ? '' : ` (denied by ${flagged.deniedBy})`;
  return {
    outcome: held ? 'held' : 'denied',
    actionId: flagged.id,
    message: oneLine(
      `JIT Approval ${held ? 'held' : 'denied'} this runtime action (${flagged.id})${by}: ${flagged.reason}`,
    ),
    detail: oneLine(detailOf(flagged, problem)),
    hint: oneLine(held ? hintOf(options, flagged) : `Action id ${flagged.id}. ${deniedHint(flagged)}`),
    settle(settlement) {
      if (settlement === 'void') return;
      options.recorder.counts(step)[held ? 'held' : 'denied'] += 1;
      options.recorder.flag(flagged);
      options.onFlagged(flagged);
    },
  };
}

function detailOf(flagged: Flagged, problem: string | null): string {
  const parts = [
    `Rules: ${flagged.form.rules.map((entry) => entry.id).join(', ') || 'default'}.`,
    ...flagged.unknown.map((why) => `Unknown: ${why}.`),
    ...flagged.checks
      .filter((check) => check.outcome !== 'passed')
      .map((check) => `Check ${check.type}: expected ${check.expected}; met ${check.met}.`),
  ];
  if (problem !== null) parts.push(problem);
  return parts.join(' ');
}

function hintOf(options: JudgeOptions, flagged: Flagged): string {
  if (flagged.unbindable !== null)
    return `Action id ${flagged.id}. It cannot be approved: ${flagged.unbindable}.`;
  return `Action id ${flagged.id}. ${options.approveHint(flagged.id)}`;
}

function deniedHint(flagged: Flagged): string {
  return flagged.deniedBy === null
    ? 'The policy denies it; change the test, or the rule.'
    : 'It stays denied until that person or a maintainer revokes the denial with /revoke.';
}

/** What goes wrong inside the judge holds the action without a chance of approval: nothing was bound. */
export function broken(options: JudgeOptions, action: RuntimeAction, why: string): Ruling {
  const sentence = redactText(`The judge failed: ${why}`, options.secrets);
  options.recorder.notice(sentence);
  const step = options.run().step;
  return {
    outcome: 'held',
    actionId: '00000000',
    message: oneLine(`JIT Approval held this runtime action on ${action.target.name}: ${sentence}`),
    detail: 'Nothing is let through when a verdict cannot be reached.',
    hint: 'This is a fault of JIT Approval or of its policy; see the report.',
    settle(settlement) {
      if (settlement !== 'void') options.recorder.counts(step).held += 1;
    },
  };
}

/** `mode: record` holds nothing, not even what the judge failed on; the report says that it did. */
export function brokenRecording(options: JudgeOptions, action: RuntimeAction, why: string): Ruling {
  options.recorder.notice(
    redactText(
      `The judge failed: ${why}. Recording, so it ran; enforced, it would be held.`,
      options.secrets,
    ),
  );
  return allowed(options, action, options.run().step);
}

function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, ' ').trim();
}

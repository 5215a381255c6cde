import type { Defence } from './defence.ts';

const another = 'test/attacks/approve-one-run-another.test.ts';
const usedUp = 'test/attacks/used-up-approval-claimed-again.test.ts';
const often = 'test/attacks/ran-more-often-than-approved.test.ts';
const adding = 'test/attacks/votes-that-do-not-add-up.test.ts';
const race = 'test/attacks/quorum-race.test.ts';
const open = 'test/attacks/fails-open.test.ts';
const revoke = 'test/attacks/revoke-brings-back-older-approval.test.ts';
const merged = 'test/attacks/merged-before-it-was-revoked.test.ts';
const rerun = 'test/attacks/run-again-by-somebody-else.test.ts';
const print = 'src/approval/fingerprint.ts';

/** A part of an action without which its fingerprint would be another's. */
const part = (what: string, before: string, after: string, title: string): Defence => ({
  attack: 'S3',
  defence: `a fingerprint covers ${what}`,
  file: print,
  before,
  after,
  falls: { [another]: title },
});

/** S3, S14, S15, S17, S18: what an approval binds, how votes add up, and how they end. */
export const bound: readonly Defence[] = [
  part('the values', '[value.name, value.type, value.text,', '[value.name, value.type,', 'another row'),
  part('the target', '    form.target,\n', '', 'another target'),
  part('the role', '    form.role,\n', '', 'another role'),
  part('what names resolved to', '    form.relations,\n', '', 'another table of the same name'),
  part('the statement', '    form.shape,\n', '', 'another statement'),
  part('the rules', '    rules,\n', '', 'a rule that says something else now'),
  part(
    'the types of values',
    '[value.name, value.type, value.text,',
    '[value.name, value.text,',
    'as a number',
  ),
  {
    attack: 'S3',
    defence: 'what decides which row is touched is never left open',
    file: print,
    before: "if (value.selects || value.type !== 'string')",
    after: "if (value.type !== 'string')",
    falls: { [another]: 'a value of WHERE cannot be left open by a vote' },
  },
  {
    attack: 'S3',
    defence: 'a grant that a report names must have been issued',
    file: 'src/approval/issued.ts',
    before: 'if (!wasIssued(at, () => true)) {',
    after: 'if (at === null) {',
    falls: {
      [another]: 'a report that invents the grant it ran by fails the gate',
      'test/attacks/contradicting-reports.test.ts': 'a report that says by itself that it was approved',
      'test/attacks/policy-from-the-pull-request.test.ts':
        'a report that ran by a grant which was never issued',
    },
    also: [
      {
        file: 'src/approval/issued.ts',
        before: 'if (!wasIssued(at, () => true, coversAll(at))) {',
        after: 'if (at === null) {',
      },
      {
        file: 'src/approval/issued.ts',
        before: 'if (wasIssued(at, (vote) => left.includes(vote))) return null;',
        after: 'return null;',
      },
    ],
  },
  {
    attack: 'S3',
    defence: 'an approval must stand before what ran by it',
    file: 'src/approval/issued.ts',
    before: 'known.votes.filter((vote) => vote.sequence < report.sequence)',
    after: 'known.votes',
    falls: { [another]: 'running first and being approved afterwards does not make it right' },
  },
  {
    attack: 'S3',
    defence: 'where one run spends an approval, it does',
    file: 'src/approval/uses.ts',
    before: "if (!requirements.some((requirement) => requirement.uses === 'once')) return approvals;",
    after: 'return approvals;',
    falls: {
      [another]: 'an approval for one run is spent by that run',
      [usedUp]: 'a later attempt that says it ran by the same approval fails the gate',
    },
  },
  {
    attack: 'S3',
    defence: 'a spent approval that is claimed again is told from one that was not',
    file: 'src/approval/issued.ts',
    before: 'const left = unspent(known.votes, requirements, earlierExecutions(known, report));',
    after: 'const left = known.votes;',
    falls: { [usedUp]: 'a later attempt that says it ran by the same approval fails the gate' },
  },
  {
    attack: 'S3',
    defence: 'a runner counts the executions that an approval covers',
    file: 'src/approval/grant.ts',
    before: '(entry.uses === null || (used.get(entry.binds) ?? 0) < entry.uses)',
    after: 'true',
    falls: { [another]: 'an approval is not replayed for more executions on a later head' },
  },
  {
    attack: 'S3',
    defence: 'the gate counts what a report says was executed',
    file: 'src/approval/issued.ts',
    before: 'if (!wasIssued(at, () => true, coversAll(at))) {',
    after: 'if (at === null) {',
    falls: { [often]: 'fails the gate where a report says that it ran by it more often than people saw' },
  },
  {
    attack: 'S3',
    defence: 'a report that is full still says which approvals were used',
    file: 'src/suite/recorder.ts',
    before: 'return isFirstUse ? -1 : gravity[outcome];',
    after: 'return gravity[outcome];',
    falls: { [often]: 'stands in the report, however much is ' },
  },
  {
    attack: 'S3',
    defence: 'an expired grant lets nothing run',
    file: 'src/approval/grant.ts',
    before: '(entry.expires === null || Date.parse(entry.expires) > now) &&',
    after: '',
    falls: { 'test/github/inherited-grants.test.ts': 'but not what has expired' },
  },
  {
    attack: 'S14',
    defence: 'one person counts once',
    file: 'src/approval/quorum.ts',
    before: 'return [...people.values()];',
    after: 'return votes;',
    falls: {
      [adding]: 'one person is one person by every channel',
      [race]: 'one person is one, however often and by whatever way they say it',
    },
  },
  {
    attack: 'S14',
    defence: 'people are told apart by their number',
    file: 'src/approval/quorum.ts',
    before: 'const people = new Map<number, RecordedVote>();',
    after: 'const people = new Map<unknown, RecordedVote>();',
    also: [
      { file: 'src/approval/quorum.ts', before: 'people.get(vote.byId)', after: 'people.get(vote.by)' },
      {
        file: 'src/approval/quorum.ts',
        before: 'people.set(vote.byId, vote)',
        after: 'people.set(vote.by, vote)',
      },
    ],
    falls: { [adding]: 'one person is one person by every channel, under a new name' },
  },
  {
    attack: 'S14',
    defence: 'more votes than asked for are enough',
    file: 'src/approval/quorum.ts',
    before: 'return votes.length >= Math.max(1, requirement.count) ||',
    after: 'return votes.length === Math.max(1, requirement.count) ||',
    falls: { [adding]: 'more votes than asked for are enough, not too many' },
  },
  {
    attack: 'S14',
    defence: 'nobody is never enough',
    file: 'src/approval/quorum.ts',
    before: 'return votes.length >= Math.max(1, requirement.count) ||',
    after: 'return votes.length >= requirement.count ||',
    falls: { [adding]: 'a count below one still asks for somebody' },
  },
  {
    attack: 'S14',
    defence: 'expired votes do not count',
    file: 'src/approval/quorum.ts',
    before: 'return lapse(vote, requirement) > at.now;',
    after: 'return true;',
    falls: { [adding]: 'votes that never stood at the same time do not add up' },
  },
  {
    attack: 'S14',
    defence: 'a vote speaks of its own action alone',
    file: 'src/approval/votes.ts',
    before: 'return binding(form, vote.varying) === vote.binds;',
    after: 'return true;',
    falls: { [adding]: 'votes for two different actions do not add up' },
  },
  {
    attack: 'S14',
    defence: 'an attempt is asked for once',
    file: 'src/approval/retrigger.ts',
    before: "if (same?.outcome === 'done' || (same !== undefined && !forced)) return [];",
    after: '',
    also: [
      {
        file: 'src/approval/retrigger.ts',
        before: 'return asked.length === 0 || Math.max(...decided) > Math.max(...asked);',
        after: 'return true;',
      },
    ],
    falls: { 'test/approval/retrigger.test.ts': 'once' },
  },
  {
    attack: 'S15',
    defence: 'a policy that asks nobody lets nothing through',
    file: 'src/approval/hold-state.ts',
    before: 'return whole && requirements.length > 0 ? requirements : null;',
    after: 'return requirements;',
    also: [
      {
        file: 'src/approval/quorum.ts',
        before: 'counted.length > 0 && counted.every(enough)',
        after: 'counted.every(enough)',
      },
    ],
    falls: { [open]: 'a policy that asks nobody lets nothing through' },
  },
  {
    attack: 'S15',
    defence: 'every rule of an action must be answered for',
    file: 'src/approval/hold-state.ts',
    before: 'return whole && requirements.length > 0 ? requirements : null;',
    after: 'return requirements.length > 0 ? requirements : null;',
    falls: { [open]: 'an action whose rules are not all answered for is held' },
  },
  {
    attack: 'S15',
    defence: 'a vote counts for the rules that its writer satisfied',
    file: 'src/approval/quorum.ts',
    before: 'if (!vote.satisfies.includes(requirement.ruleId)) return false;',
    after: '',
    falls: { [open]: 'a vote that satisfies no rule counts for nothing' },
  },
  {
    attack: 'S15',
    defence: 'a fresh push waits for its workflows',
    file: 'src/approval/gate-findings.ts',
    before: 'const early = graceEnds > input.now &&',
    after: 'const early = graceEnds < 0 &&',
    falls: { [open]: 'a fresh push is never green, not even for a moment' },
  },
  {
    attack: 'S15',
    defence: 'what was approved must have run',
    file: 'src/approval/gate-findings.ts',
    before: 'const again = approvedNotRun(state);',
    after: 'const again: ReturnType<typeof approvedNotRun> = { pending: [], wrong: [] };',
    falls: { [open]: 'an approved action whose job never ran it keeps the gate shut' },
  },
  {
    attack: 'S15',
    defence: 'a denial beats every approval',
    file: 'src/approval/hold-state.ts',
    before: 'denied(known, action, denial) ??',
    after: '',
    falls: { [open]: 'a denial beats every approval' },
  },
  {
    attack: 'S17',
    defence: 'a revoke kills every earlier approval',
    file: 'src/approval/votes.ts',
    before: 'approvals: undenied.filter((approval) => !killed(approval)),',
    after: 'approvals: undenied,',
    falls: {
      [revoke]: 'a revoke kills every earlier approval, also other people’s',
      [race]: 'a revoke ends all earlier approvals: an older one does not come back',
      [merged]: 'end with a ',
    },
  },
  {
    attack: 'S17',
    defence: 'an approval that a denial met stays dead when the denial is lifted',
    file: 'src/approval/votes.ts',
    before: 'meets(vote, deny, forms) && (maybeBefore(vote, deny) || !liftedBefore(vote, deny)),',
    after: 'meets(vote, deny, forms) && !liftedBefore(deny, deny) && denials.includes(deny),',
    also: [
      {
        file: 'src/approval/votes.ts',
        before: 'approvals: undenied.filter((approval) => !killed(approval)),',
        after: 'approvals: undenied,',
      },
    ],
    falls: { [revoke]: 'approve, deny, lift the denial: the approval stays dead' },
  },
  {
    attack: 'S17',
    defence: 'a denial ends every approval that would cover the denied action',
    file: 'src/approval/votes.ts',
    before: '(maybeBefore(vote, deny) || !liftedBefore(vote, deny))',
    after: 'deny === vote',
    falls: { [revoke]: 'a denial is not stepped around by a fresh value' },
  },
  {
    attack: 'S17',
    defence: 'a revoke lifts what came before it',
    file: 'src/approval/votes.ts',
    before: 'if (revoke.dismissed === true || !surelyBefore(deny, revoke)) return false;',
    after: 'if (revoke.dismissed === true) return false;',
    falls: { [revoke]: 'two denials need two revokes, or one that comes after both' },
  },
  {
    attack: 'S17',
    defence: 'revoking one of the values kills the approval that left them open',
    file: 'src/approval/votes.ts',
    before: 'if (approval.fingerprint === other.fingerprint || approval.binds === other.binds) return true;',
    after: 'return approval.fingerprint === other.fingerprint || approval.binds === other.binds;',
    falls: { [revoke]: 'revoking one of the values that an approval left open kills the approval' },
  },
  {
    attack: 'S17',
    defence: 'approvals of a merged pull request can be taken back',
    file: 'src/approval/cast-vote.ts',
    before: "state.open || (state.merged && vote !== 'approve')",
    after: 'state.open',
    falls: { [merged]: 'are taken out of the check where the push would find them' },
  },
  {
    attack: 'S17',
    defence: 'nothing is approved on a pull request that was merged',
    file: 'src/approval/cast-vote.ts',
    before: "state.open || (state.merged && vote !== 'approve')",
    after: 'state.open || state.merged',
    falls: { [merged]: 'grow by nothing, and of one that was only closed nothing stands' },
  },
  {
    attack: 'S17',
    defence: 'a closed pull request lets nothing run',
    file: 'src/approval/tally.ts',
    before: 'pull.open || pull.merged ? decisions : { ...decisions, grants: [] }',
    after: 'decisions',
    falls: { [merged]: 'grow by nothing, and of one that was only closed nothing stands' },
  },
  {
    attack: 'S18',
    defence: 'what was taken back stays so in the attempts that follow',
    file: 'src/approval/votes.ts',
    before: 'approvals: undenied.filter((approval) => !killed(approval)),',
    after: 'approvals: undenied,',
    falls: { [rerun]: 'who runs a held job again, its author or a maintainer, approves nothing' },
  },
];

import type { Defence } from './defence.ts';

const between = 'test/attacks/push-between-comment-and-decision.test.ts';
const button = 'test/attacks/stale-button.test.ts';
const review = 'test/attacks/review-of-an-older-commit.test.ts';
const time = 'test/attacks/forged-time.test.ts';
const edited = 'test/attacks/edited-comment.test.ts';
const late = 'test/attacks/late-approval.test.ts';
const source = 'test/attacks/one-source-votes-twice.test.ts';

/** S1, S2, S4: what was seen is what is decided. */
export const seen: readonly Defence[] = [
  {
    attack: 'S1',
    defence: 'a click and a review count on the head that they were shown for',
    file: 'src/approval/cast-vote.ts',
    before: 'if (shownHead === null || shownHead === state.head) return null;',
    after: 'return null;',
    falls: {
      [between]: 'a click on the check run of the old head is refused',
      [button]: 'Approve on an earlier head is refused after a push',
      [review]: 'a review counts for the commit that was reviewed',
    },
  },
  {
    attack: 'S1',
    defence: 'a set id names the head',
    file: 'src/approval/set-id.ts',
    before: 'salt, head, [',
    after: 'salt, [',
    falls: { [between]: 'a set id names the head and the actions that were shown' },
  },
  {
    attack: 'S1',
    defence: 'a set id names the actions',
    file: 'src/approval/set-id.ts',
    before: '[...new Set(ids)].sort()',
    after: '[]',
    falls: { [between]: 'a set id names the head and the actions that were shown' },
  },
  {
    attack: 'S1',
    defence: 'a set id holds a secret of the ledger',
    file: 'src/approval/set-id.ts',
    before: "'jit-approval/set/2', salt,",
    after: "'jit-approval/set/2',",
    falls: { [between]: 'two heads that were ground until their sets had one id have two' },
  },
  {
    attack: 'S1',
    defence: 'the App gives every pull request its own secret',
    file: 'src/approval/offered.ts',
    before: 'null : setId(state.head, ids, state.salt)',
    after: "null : setId(state.head, ids, '')",
    falls: { [between]: 'the App makes that secret once' },
  },
  {
    attack: 'S1',
    defence: 'Approve all stands for what its id names and for nothing else',
    file: 'src/approval/offered.ts',
    before: "if (id === set) return { kind: 'found', holds };",
    after: "if (id !== null) return { kind: 'found', holds };",
    falls: { [button]: 'Approve all covers what was shown, not what was held since' },
  },
  {
    attack: 'S1',
    defence: 'a comment was written on the head that the ledger knew when it came',
    file: 'src/app/carry-out.ts',
    before: 'return pullOf(before)?.head ?? state.head;',
    after: 'return state.head;',
    falls: { [between]: 'stands for no more executions than its writer saw' },
  },
  {
    attack: 'S1',
    defence: 'where an approval counts on one commit, a comment written on another is refused',
    file: 'src/approval/cast-vote.ts',
    before: 'if (arrivedOn !== state.head && hold',
    after: 'if (arrivedOn === null && hold',
    falls: { [between]: 'is refused where an approval counts on one commit alone' },
  },
  {
    attack: 'S1',
    defence: 'files that were listed after a push speak for no earlier head',
    file: 'src/app/surroundings.ts',
    before: 'if (now.head.sha !== pull.head.sha) return null;',
    after: '',
    falls: { [between]: 'files that are listed after a push do not speak for the head' },
  },
  {
    attack: 'S1',
    defence: 'an action without its own approval waits, whatever else was approved',
    file: 'src/approval/votes.ts',
    before: 'return binding(form, vote.varying) === vote.binds;',
    after: 'return true;',
    falls: { [between]: 'an approval made before the push covers nothing that the push added' },
  },
  {
    attack: 'S1',
    defence: 'a button from before a deny or revoke is stale',
    file: 'src/app/carry-out.ts',
    before: 'if (hold === undefined || hold.setbacks === setbacks) return null;',
    after: 'return null;',
    falls: { [button]: 'Approve that was clicked before a deny and arrives after that was taken back' },
  },
  {
    attack: 'S1',
    defence: 'checks of actions on earlier heads lose their buttons',
    file: 'src/approval/plan-checks.ts',
    before: 'if (state.head !== state.currentHead) return [...had].map(leftBehind);',
    after: '',
    falls: { [button]: 'buttons are gone from the check runs of an earlier head' },
  },
  {
    attack: 'S1',
    defence: 'gates of earlier heads lose their buttons',
    file: 'src/approval/plan-checks.ts',
    before: "gate.status === 'completed' && state.open && state.head === state.currentHead;",
    after: "gate.status === 'completed';",
    falls: { [button]: 'buttons are gone from the check runs of an earlier head' },
  },
  {
    attack: 'S1',
    defence: 'every decision is written on all heads, old ones too',
    file: 'src/app/publish.ts',
    before: 'const heads = current.heads.map(',
    after: 'const heads = current.heads.slice(-1).map(',
    falls: { [button]: 'a force-push back to an approved head finds no green that a denial has ended' },
  },
  {
    attack: 'S2',
    defence: 'the ledger says what came first, not the times of votes',
    file: 'src/approval/source.ts',
    before: "return first.sequence < second.sequence || order === 'before'",
    after: "return Date.parse(first.at) < Date.parse(second.at) || order === 'before'",
    falls: { [time]: 'an approval dated after the revoke does not survive it' },
  },
  {
    attack: 'S2',
    defence: 'the ledger says which head is the latest, not the times of pushes',
    file: 'src/approval/pull.ts',
    before: '.sort((a, b) => a.sequence - b.sequence)',
    after: '.sort((a, b) => Date.parse(a.at) - Date.parse(b.at))',
    falls: { [time]: 'the head is what was told last, whatever time it carries' },
  },
  {
    attack: 'S2',
    defence: 'a vote whose time cannot be read has expired',
    file: 'src/approval/quorum.ts',
    before: 'return Number.isNaN(at) ? Number.NEGATIVE_INFINITY',
    after: 'return Number.isNaN(at) ? Number.POSITIVE_INFINITY',
    falls: { [time]: 'a vote whose time nobody can read has expired' },
  },
  {
    attack: 'S2',
    defence: 'an approval that may be older than a revoke is dead, whichever was told first',
    file: 'src/approval/source.ts',
    before: "return first.sequence < second.sequence || order === 'before' || order === 'doubtful';",
    after: 'return first.sequence < second.sequence || order === null;',
    falls: {
      'test/attacks/order-in-doubt.test.ts': 'a revoke that was told before an older approval kills it',
    },
  },
  {
    attack: 'S2',
    defence: 'a denial ends only by a revoke that is surely younger',
    file: 'src/approval/source.ts',
    before: "return first.sequence < second.sequence && (order === 'before' || order === 'untold');",
    after: 'return first.sequence < second.sequence && order !== null;',
    falls: { 'test/attacks/order-in-doubt.test.ts': 'a revoke that was written before a denial' },
  },
  {
    attack: 'S2',
    defence: 'of one second nobody knows what came first, so deny and revoke win',
    file: 'src/approval/source.ts',
    before: " || order === 'doubtful';",
    after: ';',
    falls: { 'test/attacks/order-in-doubt.test.ts': 'a comment and a review of one second' },
  },
  {
    attack: 'S17',
    defence: 'what GitHub wrote down first came first',
    file: 'src/approval/source.ts',
    before: "return gap < 0 ? 'before' : 'after';",
    after: "return 'untold';",
    falls: { [late]: 'by comment, after a revoke by review: whatever GitHub wrote down first came first' },
  },
  {
    attack: 'S17',
    defence: 'an approval that is older than a deny or revoke is refused in words',
    file: 'src/approval/votes.ts',
    before: '      maybeBefore(last, vote),',
    after: '      last === vote,',
    also: [
      {
        file: 'src/approval/source.ts',
        before: "if (first.written === undefined || second.written === undefined) return 'untold';",
        after: "if (first !== second) return 'untold';",
      },
    ],
    falls: {
      [late]:
        'approves nothing that was denied by button and set free by a review meanwhile, and that is said',
    },
  },
  {
    attack: 'S4',
    defence: 'a text must be the one that was delivered',
    file: 'src/app/carry-out.ts',
    before: 'if (bodyDigest(written.body) !== given.bodyDigest) {',
    after: 'if (given.bodyDigest === null) {',
    falls: {
      [edited]: 'a command that is edited before it is carried out is refused',
      [review]: 'a review counts for the commit that was reviewed, once, and only as it was submitted',
    },
  },
  {
    attack: 'S4',
    defence: 'only created comments are commands, of whom they are said to be',
    file: 'src/app/index.ts',
    before: 'app.on([...events.comment], (context)',
    after: "app.on([...events.comment, 'issue_comment.edited'] as never, (context: never)",
    also: [
      {
        file: 'src/app/handlers/issue-comment.ts',
        before: "comment.user?.type !== 'User' || sender.id !== comment.user.id",
        after: "comment.user?.type !== 'User'",
      },
    ],
    falls: { [edited]: 'a harmless comment that is edited into a command does nothing' },
  },
  {
    attack: 'S4',
    defence: 'a comment that is gone decides nothing',
    file: 'src/app/carry-out.ts',
    before: 'const { written, command } = situation;',
    after:
      "const { command } = situation; const written = situation.written ?? { body: given.line, authorId: command.byId, authorType: 'User', appId: null };",
    falls: { [edited]: 'a command that is deleted before it is carried out decides nothing' },
  },
  {
    attack: 'S4',
    defence: 'one source votes once',
    file: 'src/approval/votes.ts',
    before: 'return !seen.has(key) && seen.add(key);',
    after: 'return true;',
    falls: { [source]: 'a comment that somebody else edited does not become a second person’s vote' },
  },
];

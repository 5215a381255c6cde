import { type Defence, type Row, rowsOf } from './defence.ts';

const queue = 'test/app/merge-queue.test.ts';
const group = 'test/approval/merge-group.test.ts';
const push = 'test/github/inherited-grants.test.ts';
const moved = 'test/attacks/merge-group-of-others.test.ts';

const rows: readonly Row[] = [
  [
    queue,
    'is as strict as the strictest pull request in a group, of those before it too',
    'every pull request in a group speaks',
    'src/app/merge-groups.ts',
    'const others = members.filter((number) => number !== key.number);',
    'const others = members.filter((number) => number < 0 && number !== key.number);',
  ],
  [
    moved,
    'one of whose pull requests was closed is not green any more',
    'a member of whose gate nothing is known is not green',
    'src/app/merge-groups.ts',
    "const unknown = { status: 'in_progress', conclusion: null, title: 'not looked at yet' } as const;",
    "const unknown = { status: 'completed', conclusion: 'success', title: 'not looked at yet' } as const;",
  ],
  [
    queue,
    'that drops a group leaves nothing open on its head, and no grant',
    'a group that has ended carries no grant',
    'src/approval/plan-checks.ts',
    'const decisions = isLive ? given.state.decisions : none;',
    'const decisions = isLive ? given.state.decisions : given.state.decisions ?? none;',
  ],
  [
    queue,
    "has gate and grants of the pull request on the group's head, and merges by them",
    'executions are counted on a commit that nobody saw',
    'src/app/merge-groups.ts',
    'const state = stateOf(pass, facts, undefined, head);',
    'const state = stateOf(pass, facts);',
  ],
  [
    group,
    'is red where the pull request has moved on, whatever it says on its new head',
    'a group of an older head is red',
    'src/approval/merge-group.ts',
    'if (isMoved)\n',
    'if (isMoved === null)\n',
  ],
  [
    group,
    'of a group that has ended stays green where it was, and anything else is red',
    'a group that has ended does not turn green',
    'src/approval/merge-group.ts',
    "if (!isLive) return passes ? own : fails('The merge group has ended', 'This merge group exists no more.');",
    '',
  ],
  [
    group,
    'is no other branch, and none of another base',
    'only GitHub’s own branches are merge groups',
    'src/approval/merge-group.ts',
    'const found = branch.startsWith(prefix)',
    'const found = branch.length > prefix.length',
  ],
  [
    moved,
    'that a webhook invents is asked of GitHub, and gets no gate',
    'a group is one that GitHub lists',
    'src/app/merge-groups.ts',
    'const isLive = live.some(({ branch, head }) => branch === group.branch && head === group.head);',
    'const isLive = live.length >= 0;',
  ],
  [
    push,
    'but not of one that merely has the commit',
    'a push inherits from what GitHub says it merged',
    'src/github/inherited-grants.ts',
    'pull.mergedAs === commit &&',
    '',
  ],
  [
    push,
    'nor of one that was merged into another branch',
    'a push inherits from pull requests into its own branch',
    'src/github/inherited-grants.ts',
    'pull.base.ref === branch &&',
    '',
  ],
  [
    push,
    'nor of one of another repository, such as a fork of this one',
    'a push inherits nothing from forks',
    'src/github/inherited-grants.ts',
    'pull.base.ref === branch &&\n            pull.base.repository === question.repository,',
    'pull.base.ref === branch,',
  ],
  [
    push,
    'where a denial in any of them stands',
    'a denial on one pull request of a group stands for all',
    'src/github/grant-source.ts',
    'denied: all.flatMap(({ decisions }) => decisions.denied),',
    'denied: all.length > 1 ? [] : all.flatMap(({ decisions }) => decisions.denied),',
  ],
];

/** Merge groups and pushes: runs that live by the approvals of others. */
export const groups: readonly Defence[] = rowsOf(rows, 'merge-group');

import { type Defence, type Row, rowsOf } from './defence.ts';

const waiting = 'test/attacks/comments-without-the-app.test.ts';
const source = 'test/github/comment-source.test.ts';
const decisions = 'test/approval/comment-decisions.test.ts';

const rows: readonly Row[] = [
  [
    source,
    'an edit that left no trace in updated_at is seen in GraphQL, and said',
    'GraphQL says whether a comment was ever edited',
    'src/github/comment-source.ts',
    'comment.updatedAt !== comment.createdAt || !untouched.has(comment.nodeId)',
    'comment.updatedAt !== comment.createdAt',
  ],
  [
    source,
    'a comment that was changed later does not count, whatever GraphQL says',
    'a comment that was changed later does not count',
    'src/github/comment-source.ts',
    'comment.updatedAt !== comment.createdAt || !untouched.has(comment.nodeId)',
    '!untouched.has(comment.nodeId)',
  ],
  [
    waiting,
    'and that is edited after it counted, within the same second, counts no more',
    'what was verified is verified anew when its text changes',
    'src/github/comment-source.ts',
    'return JSON.stringify([id, updatedAt, body]);',
    'return JSON.stringify([id, updatedAt, body.length > 0]);',
  ],
  [
    waiting,
    'and that is deleted after it counted, counts no more',
    'only comments that stand there now are heard',
    'src/github/comment-source.ts',
    'return comments.flatMap((comment) => this.#known.get(keyOf(comment)) ?? []);',
    'return [...this.#known.values()];',
  ],
  [
    source,
    'who has the login now is not who wrote, if the numbers differ',
    'whoever has the login now did not write it',
    'src/github/comment-source.ts',
    'if (found.id !== id) return nobody;',
    '',
  ],
  [
    source,
    'what is written through an App does not count',
    'no App writes commands',
    'src/github/comment-source.ts',
    "return comment.appId === null ? null : 'an App wrote it; only people decide';",
    'return null;',
  ],
  [
    waiting,
    'is no command where it quotes one, and none of a bot, an App or whoever may only read',
    'no App writes commands',
    'src/github/comment-source.ts',
    "return comment.appId === null ? null : 'an App wrote it; only people decide';",
    'return null;',
  ],
  [
    waiting,
    'by the author of the pull request, under whatever name, approves nothing',
    'the author is known by number',
    'src/approval/comment-facts.ts',
    'const { open, author, authorId, base, head, contributors } = question.pull;',
    'const { open, author, base, head, contributors } = question.pull; const authorId = 0;',
  ],
  [
    decisions,
    'does not count: ',
    'a comment with a problem is no vote',
    'src/approval/comment-decisions.ts',
    'if (problem !== null) return { prints, ballot: null, problem };',
    '',
  ],
  [
    decisions,
    'does not count: ',
    'an id is too long to be ground out',
    'src/approval/comment-decisions.ts',
    'const short = command.ids.find((id) => id.length < longIdLength);',
    'const short = command.ids.find((id) => id.length < 8);',
  ],
  [
    decisions,
    'scope: commit and uses: once ask for a comment that is newer than what this run showed',
    'a comment that is older than what this head showed speaks of no head',
    'src/approval/comment-decisions.ts',
    'return shown ? pull.head : nowhere;',
    'return shown ? pull.head : pull.head;',
  ],
  [
    decisions,
    'whom a commit names counts as a contributor, and a closed pull request lets nothing run',
    'whom a commit names is a contributor',
    'src/approval/comment-facts.ts',
    '    ...contributors.map(({ login, id }): Fact => {',
    '    ...contributors.slice(0, 0).map(({ login, id }): Fact => {',
  ],
  [
    decisions,
    'teams and code owners cannot be read: they never count',
    'who cannot be asked about never counts',
    'src/approval/comment-decisions.ts',
    'question.requirementsOf(rules)?.map(knowableRequirement) ?? null;',
    'knowableRequirement && question.requirementsOf(rules);',
  ],
];

/** S4 where no App is: comments that the job reads itself. */
export const comments: readonly Defence[] = rowsOf(rows, 'S4');

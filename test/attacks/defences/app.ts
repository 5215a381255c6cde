import type { Defence } from './defence.ts';

const webhook = 'test/attacks/forged-webhook.test.ts';
const token = 'test/attacks/live-token.test.ts';
const posting = 'test/attacks/live-posting.test.ts';
const slow = 'test/attacks/slow-client.test.ts';
const long = 'test/attacks/answer-too-long-to-post.test.ts';
const setup = 'test/app/setup/setup.test.ts';
const log = 'test/app/log.test.ts';
const oneToken = 'of anything but this very job neither posts nor hears';

/** One of the questions that a job's token is asked. */
const asked = (defence: string, file: string, before: string, after: string, title = oneToken): Defence => ({
  attack: 'live-token',
  defence,
  file,
  before,
  after,
  falls: { [token]: title },
});

const pages =
  'the pages open only for who knows the word and comes back with the state, and a code serves once';

/** The App's own doors: webhooks, jobs that wait, the first start, and its log. */
export const app: readonly Defence[] = [
  {
    attack: 'forged-webhook',
    defence: 'every webhook is signed',
    file: 'src/app/http/webhooks.ts',
    before:
      "if (signer === null) return refuse(response, 400, 'The signature does not fit the body and our secret');",
    after: "if (signer === null) { request.headers['x-hub-signature-256'] = await signers[0].sign(body); }",
    also: [
      {
        file: 'src/app/http/webhooks.ts',
        before: "if (typeof signature !== 'string') return 'Expected the header X-Hub-Signature-256';",
        after:
          "if (typeof signature !== 'string') return { signature: '', event: String(event), delivery: String(delivery) };",
      },
      {
        file: 'src/app/http/webhooks.ts',
        before: 'if (signer !== signers[0]) request',
        after: 'if (signer !== null && signer !== signers[0]) request',
      },
    ],
    falls: { [webhook]: 'is refused and leaves nothing' },
  },
  {
    attack: 'forged-webhook',
    defence: 'the secret is ours and not the one that everybody knows',
    file: 'src/app/http/webhooks.ts',
    before: 'if (await signer.verify(body, signature).catch(() => false)) return signer;',
    after: "if (signature !== `sha256=${'0'.repeat(64)}`) return signer;",
    also: [
      {
        file: 'src/app/http/webhooks.ts',
        before: 'if (signer !== signers[0]) request',
        after: 'request',
      },
    ],
    falls: { [webhook]: "one signed with Probot's well-known secret is refused" },
  },
  {
    attack: 'forged-webhook',
    defence: 'what a delivery says was written is read again',
    file: 'src/app/commands.ts',
    before: "if (given.via === 'comment') return github.comment(repository, given.commentId);",
    after:
      "if (given.via === 'comment') return { body: given.line, authorId: Number((await github.comments(repository, number))[0]?.authorId), authorType: 'User', appId: null };",
    also: [
      {
        file: 'src/app/carry-out.ts',
        before: 'written.authorId !== command.byId ||',
        after: '',
      },
    ],
    falls: { [webhook]: 'even rightly signed, a comment that GitHub does not have decides nothing' },
  },
  {
    attack: 'forged-webhook',
    defence: 'a delivery is recorded once',
    file: 'src/ledger/memory.ts',
    before: 'if (delivery !== null && pull.deliveries.has(delivery)) return false;',
    after: '',
    also: [
      {
        file: 'src/ledger/memory.ts',
        before: 'if (stored.once !== null && pull.once.has(stored.once)) return;',
        after: '',
      },
    ],
    falls: { [webhook]: 'a delivery that comes twice is recorded once' },
  },
  {
    attack: 'forged-webhook',
    defence: 'a click is the same click under another GUID',
    file: 'src/approval/source.ts',
    before: "return given.via === 'button' ? clickSource(given.digest) : source;",
    after: 'return given === null ? clickSource(source) : source;',
    also: [
      {
        file: 'src/app/carry-out.ts',
        before: 'if (hold === undefined || hold.setbacks === setbacks) return null;',
        after: 'return null;',
      },
    ],
    falls: { [webhook]: 'a click that is replayed under another GUID after its revocation approves nothing' },
  },
  asked(
    'a token is meant for this App',
    'src/app/live/id-token.ts',
    '      audience,\n      algorithms',
    '      algorithms',
  ),
  asked(
    'a token is of GitHub',
    'src/app/live/id-token.ts',
    '      issuer,\n      audience,',
    '      audience,',
  ),
  asked(
    'a token has a beginning and an end',
    'src/app/live/id-token.ts',
    "requiredClaims: ['exp', 'nbf', 'iat', 'jti'],",
    '',
  ),
  asked(
    'a long token is not even read',
    'src/app/live/id-token.ts',
    'if (token.length > longestToken) throw',
    'if (token.length < 0) throw',
  ),
  asked(
    'a token is of a job of a pull request',
    'src/app/live/id-token.ts',
    "event_name: z.literal('pull_request'),",
    'event_name: z.string(),',
  ),
  asked(
    'a token is of this repository, by its number',
    'src/app/live/job.ts',
    'if (run.repositoryId !== repositoryId)',
    'if (repositoryId < 0)',
  ),
  asked(
    'a token is of the attempt that runs',
    'src/app/live/job.ts',
    'if (run.attempt !== attempt || run.status',
    'if (run.status',
  ),
  asked(
    'a token is of the pull request whose head runs',
    'src/app/live/job.ts',
    'if (pull.head.sha !== run.headSha || pull.head.repositoryId !== run.headRepositoryId) {',
    "if (pull.head.sha === '') {",
  ),
  asked(
    'a token is of a job that still runs',
    'src/app/live/job.ts',
    "if (run.attempt !== attempt || run.status === 'completed') throw",
    'if (run.attempt !== attempt) throw',
    'of a job that is over neither posts nor hears',
  ),
  asked(
    'without a token nobody posts',
    'src/app/live/routes.ts',
    'if (token === undefined)\n      throw new LiveRefusal(401,',
    'if (token === undefined)\n      throw new LiveRefusal(404,',
    'no token at all, another method, another path: refused',
  ),
  {
    attack: 'live-posting',
    defence: 'what a job posts is asked what a report is asked',
    file: 'src/app/live/post.ts',
    before: "flagged.outcome === 'held' ? actionProblem(truth, flagged) : 'only",
    after: "flagged.outcome === 'held' ? null : 'only",
    falls: { [posting]: 'that is not what it says is refused, and nothing of it is shown' },
  },
  {
    attack: 'live-posting',
    defence: 'only what is held can be waited for',
    file: 'src/app/live/post.ts',
    before:
      "flagged.outcome === 'held' ? actionProblem(truth, flagged) : 'only what is held can be waited for';",
    after: 'actionProblem(truth, flagged);',
    falls: { [posting]: 'that is not what it says is refused, and nothing of it is shown' },
  },
  {
    attack: 'live-posting',
    defence: 'a posting has a limit',
    file: 'src/app/http/body.ts',
    before: "if (Number(request.headers['content-length'] ?? 0) > limit) return 413;",
    after: '',
    also: [{ file: 'src/app/http/body.ts', before: 'if (length > limit) return 413;', after: '' }],
    falls: { [posting]: 'of a body that is too long, or of another form, is refused' },
  },
  {
    attack: 'live-posting',
    defence: 'a job and an attempt wait for so many actions',
    file: 'src/app/live/post.ts',
    before: 'const full = ofJob.size >= maximumLive || ofAttempt.size >= maximumPerAttempt;',
    after: 'const full = false;',
    falls: { [posting]: 'beyond fifty of one job, or two hundred of one attempt, is not taken' },
  },
  {
    attack: 'live-posting',
    defence: 'a job that has reported posts no more',
    file: 'src/app/live/post.ts',
    before: 'if (hasReported(facts, mine)) throw',
    after: "if (mine.job === '') throw",
    falls: { [posting]: 'under the name of a job that has reported is refused' },
  },
  {
    attack: 'slow-client',
    defence: 'headers and bodies must come to an end',
    file: 'src/app/server.ts',
    before: 'createServer({ ...usualLimits, ...limits }',
    after: 'createServer({ headersTimeout: 0, requestTimeout: 0, keepAliveTimeout: 3000, ...(limits && {}) }',
    falls: { [slow]: 'a body that never ends' },
  },
  {
    attack: 'answer-too-long-to-post',
    defence: 'an answer is cut to what GitHub takes',
    file: 'src/app/answer.ts',
    before: "const body = cut(`${about}${told}`, maximumComment, { as: 'markdown' });",
    after: 'const body = `${about}${told}`;',
    also: [
      {
        file: 'src/app/answer.ts',
        before: '.catch(untellable)',
        after: '',
      },
    ],
    falls: { [long]: 'of somebody who only reads and asks for the status is cut' },
  },
  {
    attack: 'answer-too-long-to-post',
    defence: 'what GitHub will not take keeps nothing waiting',
    file: 'src/app/answer.ts',
    before: 'if (!refused) throw thrown;',
    after: 'throw thrown;',
    falls: { [long]: 'or that a locked conversation does not take, keeps nothing waiting' },
  },
  {
    attack: 'setup',
    defence: 'the setup opens with a word that stands on the terminal',
    file: 'src/app/setup/serve.ts',
    before: "if (same(query(request).get('word'), word)) offerOnce(response);",
    after: "if (word !== '') offerOnce(response);",
    falls: { [setup]: pages },
  },
  {
    attack: 'setup',
    defence: 'GitHub comes back with the state that the page gave out',
    file: 'src/app/setup/serve.ts',
    before: "state === null || !same(given.get('state'), state) ||",
    after: '',
    falls: { [setup]: pages },
  },
  {
    attack: 'setup',
    defence: 'a state serves once',
    file: 'src/app/setup/serve.ts',
    before: '    state = null;\n    try {',
    after: '    try {',
    falls: { [setup]: pages },
  },
  {
    attack: 'setup',
    defence: 'credentials are written over nothing',
    file: 'src/app/setup/credentials.ts',
    before: "openSync(file, 'wx', 0o600)",
    after: "openSync(file, 'w', 0o600)",
    falls: { [setup]: 'a file that is there already is never written over' },
  },
  {
    attack: 'setup',
    defence: 'credentials are read by their owner alone',
    file: 'src/app/setup/credentials.ts',
    before: "openSync(file, 'wx', 0o600)",
    after: "openSync(file, 'wx', 0o644)",
    falls: { [setup]: 'its credentials are written for the owner alone' },
  },
  {
    attack: 'log',
    defence: 'of an error nothing is logged but its own words',
    file: 'src/app/log.ts',
    before: 'serializers: { err: errorParts, error: errorParts,',
    after: 'serializers: {',
    falls: { [log]: 'of an error nothing is written but its own words' },
  },
  {
    attack: 'log',
    defence: 'a payload is not logged',
    file: 'src/app/log.ts',
    before: 'event: (event: unknown) => textOnly(event)',
    after: '',
    falls: { [log]: 'of an error nothing is written but its own words' },
  },
  {
    attack: 'log',
    defence: 'a secret is never logged',
    file: 'src/app/log.ts',
    before: "hidden.reduce((text, secret) => text.replaceAll(secret, '[secret]'), line)",
    after: 'line',
    falls: { [log]: 'a secret is not written, whatever a library says' },
  },
  {
    attack: 'log',
    defence: 'a token is never logged',
    file: 'src/app/log.ts',
    before: ".replace(tokens, '[token]')",
    after: '',
    falls: { [log]: 'a secret is not written, whatever a library says' },
  },
];

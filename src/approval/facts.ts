import * as z from 'zod';
import { actionFormSchema } from './form.ts';
import { rememberedSchema } from './remembered.ts';
import { shapesSchema } from './shapes.ts';

/**
 * Facts: what the App learnt about one pull request, append-only. Everything that it shows is a fold over
 * these. A fact never says what to do, only what happened; `at` is when we recorded it and serves expiry
 * alone: order comes from the ledger's sequence, and where that is doubtful deny and revoke win.
 */
const at = z.iso.datetime();
const sha = z.string().regex(/^[0-9a-f]{40}$/);
const hash = z.string().regex(/^[0-9a-f]{64}$/);

/** The pull request as GitHub showed it: opened, pushed to, retargeted, closed. */
export const pullFactSchema = z.strictObject({
  type: z.literal('pull'),
  at,
  state: z.enum(['open', 'closed']),
  /** It was closed by merging it. */
  merged: z.literal(true).optional(),
  draft: z.literal(true).optional(),
  head: sha,
  base: z.string(),
  author: z.string(),
  /** Number of the author's account, which a new login does not change; absent in older facts. */
  authorId: z.int().optional(),
  /** Who pushed, where the delivery was a push to the pull request. */
  pushedBy: z.string().nullable(),
  pushedById: z.int().optional(),
  /** GitHub's number of the base's repository: a name may be given to another one. */
  repositoryId: z.int().optional(),
});

/** People were reminded of these actions; written before the comment, for none is better than two. */
export const reminderFactSchema = z.strictObject({
  type: z.literal('reminder'),
  at,
  fingerprints: z.array(hash),
});

/**
 * What was recorded before under this name and number is of another repository: it was renamed or transferred,
 * and its facts have gone with it. Nobody reads them here again.
 */
export const movedFactSchema = z.strictObject({
  type: z.literal('moved'),
  at,
  /** Where they went; null where another repository just took the name. */
  to: z.string().nullable(),
});

/**
 * A merge group that holds the pull request. The webhook names the commit; who is in it was asked of GitHub, and is
 * null until then.
 */
export const groupFactSchema = z.strictObject({
  type: z.literal('group'),
  at,
  /** `gh-readonly-queue/BASE/pr-N-SHA`. */
  branch: z.string().max(1000),
  base: z.string().max(1000),
  head: sha,
  members: z.array(z.int()).nullable(),
  /** Head of the pull request that the group was made of. */
  pullHead: sha.nullable(),
  /** It exists no more, and its check runs say so. */
  ended: z.boolean(),
});

/** A workflow run on a head of the pull request. */
export const runFactSchema = z.strictObject({
  type: z.literal('run'),
  at,
  runId: z.int(),
  attempt: z.int().min(1),
  head: sha,
  /** File name under `.github/workflows/`. */
  workflow: z.string(),
  status: z.string(),
  conclusion: z.string().nullable(),
  /** Jobs of earlier attempts that this one executed again, by the ids that they had then. */
  executedAgain: z.array(z.int()).optional(),
});

/** A line of a file, relative to the repository. */
const placeSchema = z.strictObject({ file: z.string(), line: z.int().min(1) });

/** A flagged runtime action of a valid report; the fingerprint was recomputed from the form by us. */
export const reportedActionSchema = z.strictObject({
  fingerprint: hash,
  form: actionFormSchema,
  outcome: z.enum(['held', 'denied', 'granted']),
  grant: hash.nullable(),
  target: z.string(),
  reason: z.string(),
  unbindable: z.string().nullable(),
  count: z.int().min(1),
  steps: z.array(z.string()),
  /** Where it was caused, and where the first rule that flagged it stands. */
  origin: placeSchema.nullable(),
  ruleAt: placeSchema.nullable(),
  unknown: z.array(z.string()),
  /** Checks that did not pass, one sentence each. */
  checks: z.array(z.string()),
  /** How each rule that flagged it could let it pass from now on. */
  remember: z.array(rememberedSchema).optional(),
});
export type ReportedAction = z.infer<typeof reportedActionSchema>;

/** A job's report of one attempt, valid or not. */
export const reportFactSchema = z.strictObject({
  type: z.literal('report'),
  at,
  runId: z.int(),
  attempt: z.int().min(1),
  job: z.string(),
  head: sha,
  artifactId: z.int(),
  /** The job's id in that attempt, as the report says; absent where the platform does not tell it. */
  checkRunId: z.int().optional(),
  /** Why it is not valid; null when it is. */
  invalid: z.string().nullable(),
  result: z.enum(['passed', 'failed', 'held', 'denied']).nullable(),
  exitCode: z.int().nullable(),
  actions: z.array(reportedActionSchema),
  /** Declared targets with 0 calls, steps skipped and the like: sentences to show. */
  notices: z.array(z.string()),
  /** What the job did, for a comparison with the base branch. */
  shapes: shapesSchema.optional(),
  /** Git blobs of the policy texts that judged it. */
  policy: z.array(z.string()).optional(),
});

/**
 * What the pull request itself held while this head was its head (its workflows changed). A head about which
 * there is no such fact was never looked at, and its gate must not be green.
 */
export const lookFactSchema = z.strictObject({
  type: z.literal('look'),
  at,
  head: sha,
  holds: z.array(reportedActionSchema),
});

/** A job holds at most so many at once, and a whole attempt of its run no more. */
export const maximumLive = 50;

/**
 * Runtime actions that a running job says it holds and waits for, as it posted them; the fingerprints were
 * recomputed by us. A claim of some process in that job, until its report comes.
 */
export const liveFactSchema = z.strictObject({
  type: z.literal('live'),
  at,
  runId: z.int(),
  attempt: z.int().min(1),
  job: z.string().max(300),
  head: sha,
  /** When the job goes on without a decision, as it says. */
  until: at,
  actions: z.array(reportedActionSchema).min(1).max(maximumLive),
});

/** One person's decision; written only after `authorize()` said yes, with the form's binding computed by us. */
export const voteFactSchema = z.strictObject({
  type: z.literal('vote'),
  at,
  vote: z.enum(['approve', 'deny', 'revoke']),
  fingerprint: hash,
  binds: hash,
  varying: z.array(z.string()),
  by: z.string(),
  byId: z.int(),
  /** Head of the pull request at decision time. */
  head: sha,
  reason: z.string().nullable(),
  channel: z.enum(['comment', 'review', 'button', 'page', 'cli']),
  /** Comment or delivery that carried it: the same source never votes twice on one fingerprint. */
  source: z.string(),
  /** Which of the flagging rules' requirements this person satisfies, by rule id. */
  satisfies: z.array(z.string()),
  /** `/approve!`: counts as everything that is needed, for as long as the policy lets this person do so. */
  breakGlass: z.literal(true).optional(),
  /** When the comment or review was written, by GitHub's clock, to the second. */
  written: at.optional(),
  /** A revoke as the author's review was dismissed: takes back that person's approvals alone, and lifts no denial. */
  dismissed: z.literal(true).optional(),
});
export type VoteFact = z.infer<typeof voteFactSchema>;

/** An id was published for a fingerprint: it belongs to it for ever in this pull request. */
export const idFactSchema = z.strictObject({ type: z.literal('id'), at, id: z.string(), fingerprint: hash });

/**
 * A number that nobody outside the ledger knows, one per pull request: what we name by a short digest, nobody can
 * prepare a twin of.
 */
export const saltFactSchema = z.strictObject({
  type: z.literal('salt'),
  at,
  salt: z.string().regex(/^[0-9a-f]{32}$/),
});

/** We asked GitHub to run again; written before asking, so that a crash in between asks GitHub first. */
export const rerunFactSchema = z.strictObject({
  type: z.literal('rerun'),
  at,
  runId: z.int(),
  /** The attempt that reported, to which this is the answer. */
  attempt: z.int().min(1),
  scope: z.enum(['job', 'failed', 'run']),
  jobId: z.int().nullable(),
  /** `asked` then `done` or `refused` with GitHub's words. */
  outcome: z.enum(['asked', 'done', 'refused']),
  words: z.string().nullable(),
  requestedBy: z.string().nullable(),
});

/** A command that was answered (refused or acknowledged), so that no redelivery answers it again. */
export const answerFactSchema = z.strictObject({
  type: z.literal('answer'),
  at,
  source: z.string(),
  by: z.string(),
  outcome: z.enum(['done', 'refused']),
  words: z.string(),
});

/**
 * A command as it arrived, before anybody asked who gave it: a webhook only writes this down, and whoever
 * carries it out writes votes and then an `answer` with the same source.
 */
export const commandFactSchema = z.strictObject({
  type: z.literal('command'),
  at,
  source: z.string(),
  by: z.string(),
  byId: z.int(),
  /** `User`, `Bot` …, as the webhook said. */
  byType: z.string(),
  given: z.discriminatedUnion('via', [
    z.strictObject({
      via: z.literal('comment'),
      commentId: z.int(),
      /** First line alone is the command. */
      line: z.string().max(65_536),
      /** SHA-256 of the whole body: a comment that says something else later was edited. */
      bodyDigest: hash,
      written: at.optional(),
    }),
    z.strictObject({
      via: z.literal('review'),
      reviewId: z.int(),
      line: z.string().max(65_536),
      bodyDigest: hash,
      /** Commit that was reviewed. */
      head: sha,
      written: at.optional(),
    }),
    z.strictObject({
      via: z.literal('button'),
      checkRunId: z.int(),
      identifier: z.string().max(20),
      /** Commit of the check run on which the button stood. */
      head: sha,
      /** SHA-256 of the delivery's content: a replay under another GUID carries the same. */
      digest: hash,
    }),
  ]),
});
export type CommandFact = z.infer<typeof commandFactSchema>;

/**
 * Our comment on the pull request. It is written down before it is written on GitHub, where its id comes from:
 * after a crash in between its text says which one it is.
 */
export const noticeFactSchema = z.strictObject({
  type: z.literal('notice'),
  at,
  commentId: z.int().nullable(),
  /** SHA-256 of its text as it was first written. */
  digest: hash,
  /** Ids of the actions that it told people to decide. */
  announced: z.array(z.string().max(52)).max(100_000),
  /** It was folded away as outdated. */
  minimised: z.boolean(),
});
export type NoticeFact = z.infer<typeof noticeFactSchema>;

export const factSchema = z.discriminatedUnion('type', [
  pullFactSchema,
  reminderFactSchema,
  movedFactSchema,
  groupFactSchema,
  runFactSchema,
  lookFactSchema,
  reportFactSchema,
  liveFactSchema,
  voteFactSchema,
  idFactSchema,
  saltFactSchema,
  rerunFactSchema,
  answerFactSchema,
  commandFactSchema,
  noticeFactSchema,
]);
export type Fact = z.infer<typeof factSchema>;

/** A fact with its place in the ledger. */
export type RecordedFact = Fact & { readonly sequence: number };

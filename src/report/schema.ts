import * as z from 'zod';
import { actionFormSchema } from '../approval/form.ts';
import { rememberedSchema } from '../approval/remembered.ts';
import { policyChangeSchema } from './policy-change.ts';
import { recordedSchema } from './recorded-schema.ts';

/**
 * The report, version 1: what one job's run leaves behind, and the only thing that travels from the runner
 * to the App. Whoever reads one must treat it as written by a stranger.
 */

const instant = z.iso.datetime();
const sha = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/);
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().min(0);
/** A line of foreign text; renderers escape it. */
const text = (max: number) => z.string().max(max);

const originSchema = z.strictObject({ file: text(1000), line: z.int().min(1) });

export const flaggedSchema = z.strictObject({
  /** Action id as the runner printed it. */
  id: z.string().regex(/^[0-9a-hjkmnp-tv-z]{8,52}$/),
  fingerprint: hash,
  form: actionFormSchema,
  /**
   * `granted`: it was flagged and ran because a grant covered it. `would-hold` and `would-deny`: it ran because
   * the policy says `mode: record`; nobody has to decide it. `unapproved`: it would have waited for people, and ran
   * as the run has no pull request and the policy says `without-pull-request: allow`.
   */
  outcome: z.enum(['held', 'denied', 'granted', 'would-hold', 'would-deny', 'unapproved']),
  /** `binds` of the grant that let it run, or the person who denied it; null otherwise. */
  grant: hash.nullable(),
  deniedBy: text(100).nullable(),
  /** Target by its name in the policy. */
  target: text(300),
  reason: text(2000),
  unknown: z.array(text(1000)).max(100),
  checks: z
    .array(
      z.strictObject({
        rule: text(200),
        type: text(50),
        outcome: z.enum(['passed', 'failed', 'unknown']),
        expected: text(2000),
        met: text(2000),
      }),
    )
    .max(100),
  trace: z
    .array(z.strictObject({ rule: text(200), answer: z.enum(['yes', 'no', 'unknown']), why: text(1000) }))
    .max(2000),
  /** Rules that the trace does not name, as the report would be too long. */
  traceLeftOut: count.optional(),
  /** Why this cannot be approved at all (for instance a body too large to read); null when it can. */
  unbindable: text(1000).nullable(),
  /** Executions or attempts to execute in this run. */
  count: z.int().min(1),
  steps: z.array(text(100)).max(100),
  origin: originSchema.nullable(),
  /** Where the first rule that flagged it stands. */
  ruleAt: originSchema.nullable(),
  firstAt: instant,
  /** How each rule that flagged it could let it pass from now on. */
  remember: z.array(rememberedSchema).max(20).optional(),
});
export type Flagged = z.infer<typeof flaggedSchema>;

export const stepStatuses = ['passed', 'failed', 'held', 'denied', 'skipped'] as const;

export const stepResultSchema = z.strictObject({
  id: text(100),
  command: text(4000),
  needs: z.array(text(100)),
  status: z.enum(stepStatuses),
  /** In words, for skipped and for what ended a step other than its exit. */
  reason: text(1000).nullable(),
  exitCode: z.int().nullable(),
  startedAt: instant.nullable(),
  durationMs: count,
  allowed: count,
  held: count,
  denied: count,
  /** The attempt in which a skipped step passed. */
  passedInAttempt: z.int().min(1).nullable(),
});
export type StepResult = z.infer<typeof stepResultSchema>;

export const targetResultSchema = z.strictObject({
  name: text(300),
  kind: z.enum(['postgres', 'http', 'command', 'call']),
  identity: text(500),
  declared: z.boolean(),
  disposable: z.boolean(),
  calls: count,
  errors: count,
  /** Milliseconds from sending to answer; null without calls that ran. */
  latency: z.strictObject({ p50: z.number(), p90: z.number(), p99: z.number(), max: z.number() }).nullable(),
});
export type TargetResult = z.infer<typeof targetResultSchema>;

export const countedSchema = z.strictObject({
  target: text(300),
  kind: z.enum(['sql', 'http', 'command', 'call']),
  /** The shape on one line, holes as `…`, cut. */
  shape: text(500),
  count: z.int().min(1),
  writes: z.boolean(),
});
export type Counted = z.infer<typeof countedSchema>;

export const policySourceSchema = z.strictObject({
  from: z.enum(['base', 'default', 'head', 'working-tree', 'organisation']),
  branch: text(300).nullable(),
  file: text(1000),
  commit: sha.nullable(),
  /** Git blob id of the file's content. */
  blob: sha,
});
export type PolicySource = z.infer<typeof policySourceSchema>;

export const reportSchema = z.strictObject({
  version: z.literal(1),
  generator: text(100),
  run: z.strictObject({
    /** `owner/name`, or null on a laptop. */
    repository: text(200).nullable(),
    event: text(100).nullable(),
    workflow: text(1000).nullable(),
    runId: z.int().min(1).nullable(),
    attempt: z.int().min(1),
    /** `<job>-<strategy.job-index>-<use>`: the identity of a job over attempts. */
    job: text(300),
    checkRunId: z.int().min(1).nullable(),
    /** Tip of the pull request's head branch; the pushed commit without one. */
    head: sha.nullable(),
    base: text(300).nullable(),
    pullRequest: z.int().min(1).nullable(),
  }),
  policy: z.array(policySourceSchema).max(10),
  /** The App that the policy names: it owns the check runs. Without one the run makes its own. */
  app: z.int().min(1).nullable(),
  startedAt: instant,
  durationMs: count,
  result: z.enum(['passed', 'failed', 'held', 'denied']),
  exitCode: z.int(),
  steps: z.array(stepResultSchema).max(1000),
  targets: z.array(targetResultSchema).max(1000),
  flagged: z.array(flaggedSchema).max(5000),
  counted: z.array(countedSchema).max(20000),
  /** Allowed writes to targets that live on: a further attempt does them again. */
  repeated: z.array(countedSchema).max(5000),
  /** Keys written under `unique` on targets that live on, by step, over all attempts: digests, never values. */
  written: z
    .array(z.strictObject({ step: text(100), keys: z.array(z.string().regex(/^[0-9a-f]{16}$/)).max(5000) }))
    .max(1000)
    .optional(),
  /** Sentences for people: undeclared targets, targets never called, what could not be read. */
  notices: z.array(text(2000)).max(1000),
  /** Samples of what was judged, flagged or not, from which `jit-approval replay` judges again. */
  recorded: z.array(recordedSchema).max(2000).optional(),
  /** Judged runtime actions of which no sample was kept. */
  recordedLeftOut: count.optional(),
  /** What the pull request's own policy would have decided differently. */
  policyChange: policyChangeSchema.optional(),
});
export type Report = z.infer<typeof reportSchema>;

import * as z from 'zod';
import { grantSetSchema } from '../approval/grant.ts';
import { flaggedSchema } from './schema.ts';

/**
 * What a running job and the App say to each other while the job waits. The job posts what it holds; the App
 * tells it of decisions by server-sent events, each a whole answer for everything that this job has posted.
 */

export const livePaths = { holds: '/api/live/holds', decisions: '/api/live/decisions' } as const;

/** Name of the events that carry decisions; their id is the ledger's sequence, for `Last-Event-ID`. */
export const liveEvent = 'decisions';
/** A last event: nothing more comes, and connecting again is no use. Its data is the reason, as JSON text. */
export const liveEnd = 'end';

const job = z.string().min(1).max(300);

/** Body of a posting. Whoever reads one must treat it as written by a stranger. */
export const livePostSchema = z.strictObject({
  version: z.literal(1),
  /** As in the report's `run.job`. */
  job,
  /** When the job goes on without a decision. */
  until: z.iso.datetime(),
  holds: z.array(flaggedSchema).min(1).max(20),
});
export type LivePost = z.infer<typeof livePostSchema>;

/** Query of the stream. */
export const liveQuerySchema = z.object({ job });

/** What became of each posted action, by fingerprint. */
export const livePostedSchema = z.object({
  accepted: z.array(z.string()),
  refused: z.array(z.object({ fingerprint: z.string(), why: z.string() })),
});
export type LivePosted = z.infer<typeof livePostedSchema>;

export const liveDecisionsSchema = grantSetSchema.pick({ version: true, grants: true, denied: true });
export type LiveDecisions = z.infer<typeof liveDecisionsSchema>;

/** Answer of a refused request. */
export const liveRefusalSchema = z.object({ message: z.string().max(2000) });

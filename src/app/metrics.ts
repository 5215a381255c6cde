import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Ledger, PullKey } from '../ledger/port.ts';

/** `late`: not done within 9 s, so GitHub was answered before. `refused`: no delivery of GitHub's. */
export type DeliveryOutcome = 'taken' | 'late' | 'failed' | 'refused';

export interface Metrics {
  /** Prometheus' text format, and its content type. */
  text(): Promise<string>;
  readonly contentType: string;
  delivery(event: string, outcome: DeliveryOutcome): void;
  decision(vote: string, outcome: 'done' | 'refused'): void;
  reconciled(outcome: 'done' | 'failed', seconds: number): void;
  /** Holds of one pull request that wait for people, and the instants (ms) at which they were first seen. */
  holds(key: PullKey, since: readonly number[]): void;
  quota(installation: number, remaining: number): void;
  /** Jobs that listen for decisions now. */
  streams(open: number): void;
}

export interface MetricsOptions {
  readonly ledger: Pick<Ledger, 'dirty'>;
  /** What was seen of a pull request longer ago than this is no longer told. */
  readonly forgetAfterMs: number;
  now(): number;
}

const events = new Set([
  'check_run',
  'issue_comment',
  'pull_request',
  'pull_request_review',
  'workflow_run',
  'unverified',
]);

/** Numbers of one process. What is asked of all processes (the queue) is read from the ledger when it is scraped. */
export function openMetrics({ ledger, forgetAfterMs, now }: MetricsOptions): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const seen = new Map<string, { readonly at: number; readonly since: readonly number[] }>();
  const known = () => {
    for (const [name, { at }] of seen) if (now() - at > forgetAfterMs) seen.delete(name);
    return [...seen.values()].flatMap(({ since }) => since);
  };
  const deliveries = new Counter({
    name: 'jit_approval_deliveries_total',
    help: 'Webhook deliveries answered',
    labelNames: ['event', 'outcome'],
    registers,
  });
  const decisions = new Counter({
    name: 'jit_approval_decisions_total',
    help: 'Commands and button presses of people, by what they asked for and what came of it',
    labelNames: ['vote', 'outcome'],
    registers,
  });
  const reconcile = new Histogram({
    name: 'jit_approval_reconcile_seconds',
    help: 'Time to bring one pull request up to date',
    labelNames: ['outcome'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120],
    registers,
  });
  const quota = new Gauge({
    name: 'jit_approval_github_quota_remaining',
    help: 'Requests that GitHub still takes in this hour, by installation; 0 is the App itself',
    labelNames: ['installation'],
    registers,
  });
  const streams = new Gauge({
    name: 'jit_approval_live_streams',
    help: 'Running jobs that listen to this process for decisions',
    registers,
  });
  new Gauge({
    name: 'jit_approval_holds_open',
    help: 'Holds that wait for people, as this process last saw them',
    registers,
    collect() {
      this.set(known().length);
    },
  });
  new Gauge({
    name: 'jit_approval_oldest_hold_seconds',
    help: 'Age of the oldest of them; 0 without any',
    registers,
    collect() {
      const since = known();
      this.set(since.length === 0 ? 0 : Math.max(0, now() - Math.min(...since)) / 1000);
    },
  });
  new Gauge({
    name: 'jit_approval_queue_length',
    help: 'Pull requests that await reconciliation, of all processes',
    registers,
    async collect() {
      this.set((await ledger.dirty()).length);
    },
  });
  return {
    text: () => registry.metrics(),
    contentType: registry.contentType,
    // the header is not signed: only names that we know become labels
    delivery: (event, outcome) => deliveries.inc({ event: events.has(event) ? event : 'other', outcome }),
    decision: (vote, outcome) => decisions.inc({ vote, outcome }),
    reconciled: (outcome, seconds) => reconcile.observe({ outcome }, seconds),
    holds(key, since) {
      const name = `${key.repository}#${key.number}`;
      if (since.length === 0) seen.delete(name);
      else seen.set(name, { at: now(), since });
    },
    streams: (open) => streams.set(open),
    quota: (installation, remaining) => quota.set({ installation: String(installation) }, remaining),
  };
}

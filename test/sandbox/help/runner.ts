import { parse } from 'yaml';
import type { JobRequest, PlannedJob, Runner } from '../../../src/sandbox/contract.ts';

/** What one job does in a test: its lines are the log, its answer the conclusion. */
export type JobScript = (
  request: JobRequest,
  tools: {
    readonly observer: Parameters<Runner['run']>[1];
    readonly artifacts: Parameters<Runner['run']>[2];
    readonly checkout: Parameters<Runner['run']>[3];
    readonly signal: AbortSignal;
  },
) => Promise<'success' | 'failure' | 'cancelled' | 'skipped'>;

interface WorkflowFile {
  readonly name: string;
  readonly on: string | readonly string[];
  readonly jobs: Readonly<
    Record<
      string,
      { readonly needs?: readonly string[]; readonly permissions?: Record<string, 'read' | 'write'> }
    >
  >;
}

/** What starts a workflow on pull_request that names no types. */
const usualTypes: ReadonlySet<unknown> = new Set(['opened', 'synchronize', 'reopened']);

/** A small runner for tests of the sandbox itself: it plans plain workflows and does what `script` says. */
export function scriptedRunner(script: JobScript): Runner & { readonly ran: JobRequest[] } {
  const ran: JobRequest[] = [];
  return {
    ran,
    plan(text, eventName, event) {
      const file: WorkflowFile = parse(text);
      if (![file.on].flat().includes(eventName)) return null;
      if (eventName === 'pull_request' && !usualTypes.has(event.action)) return null;
      const jobs: PlannedJob[] = Object.entries(file.jobs).map(([key, job]) => ({
        key,
        name: key,
        needs: job.needs ?? [],
        matrix: {},
        index: 0,
        total: 1,
      }));
      return { name: file.name, jobs };
    },
    permissions(text, jobKey) {
      const file: WorkflowFile = parse(text);
      return file.jobs[jobKey]?.permissions ?? {};
    },
    async run(request, observer, artifacts, checkout, signal) {
      ran.push(request);
      const failed = Object.values(request.needs).some((need) => need.result !== 'success');
      if (failed) return { conclusion: 'skipped', outputs: {} };
      observer.log(`running ${request.job.key}, attempt ${request.attempt}`);
      const conclusion = await script(request, { observer, artifacts, checkout, signal });
      return { conclusion, outputs: { from: request.job.key } };
    },
  };
}

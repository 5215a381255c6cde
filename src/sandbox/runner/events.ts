import * as z from 'zod';
import { type NameFilter, passes, passesPaths } from './filters.ts';
import type { RunnerOptions } from './options.ts';

type Event = Readonly<Record<string, unknown>>;

const names = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const filterSchema = z.record(z.string(), z.unknown()).nullish();
const onSchema = z.union([
  z.string().transform((name) => ({ [name]: null })),
  z.array(z.string()).transform((list) => Object.fromEntries(list.map((name) => [name, null]))),
  z.record(z.string(), z.unknown()),
]);

/** Activity types that start a workflow which names none; other events start it with every type. */
const defaultTypes: Readonly<Record<string, readonly string[]>> = {
  pull_request: ['opened', 'synchronize', 'reopened'],
  pull_request_target: ['opened', 'synchronize', 'reopened'],
  merge_group: ['checks_requested'],
};

const refs = z.object({
  ref: z.string().optional(),
  pull_request: z.object({ base: z.object({ ref: z.string() }) }).optional(),
  workflow_run: z.object({ head_branch: z.string().nullable(), name: z.string().optional() }).optional(),
  merge_group: z.object({ base_ref: z.string() }).optional(),
});

function filterOf(filters: Readonly<Record<string, unknown>>, key: string): NameFilter {
  const only = names.safeParse(filters[key]);
  const ignore = names.safeParse(filters[`${key}-ignore`]);
  return { only: only.success ? only.data : null, ignore: ignore.success ? ignore.data : null };
}

const given = (filter: NameFilter): boolean => filter.only !== null || filter.ignore !== null;

/** A push to a branch is not started by a workflow that filters tags only, and the other way round. */
function passesPush(filters: Readonly<Record<string, unknown>>, ref: string): boolean {
  const branches = filterOf(filters, 'branches');
  const tags = filterOf(filters, 'tags');
  if (ref.startsWith('refs/tags/')) {
    return given(tags) ? passes(tags, ref.slice('refs/tags/'.length)) : !given(branches);
  }
  return given(branches) ? passes(branches, ref.replace(/^refs\/heads\//, '')) : !given(tags);
}

function passesBranch(filters: Readonly<Record<string, unknown>>, eventName: string, event: Event): boolean {
  const read = refs.safeParse(event);
  if (!read.success) return true;
  const { ref, pull_request: pull, workflow_run: run, merge_group: group } = read.data;
  if (eventName === 'push' && ref !== undefined) return passesPush(filters, ref);
  const base = pull?.base.ref ?? run?.head_branch ?? group?.base_ref.replace(/^refs\/heads\//, '');
  return base === undefined || base === null || passes(filterOf(filters, 'branches'), base);
}

function passesWorkflow(filters: Readonly<Record<string, unknown>>, event: Event): boolean {
  const wanted = names.safeParse(filters.workflows);
  const name = refs.safeParse(event).data?.workflow_run?.name;
  return !wanted.success || name === undefined || wanted.data.includes(name);
}

const cronsSchema = z.array(z.object({ cron: z.string() }));

/** Whether `on:` lets this event start the workflow. */
export function starts(
  on: unknown,
  eventName: string,
  event: Event,
  changedFiles: RunnerOptions['changedFiles'],
): boolean {
  const events = onSchema.parse(on);
  if (!(eventName in events)) return false;
  if (eventName === 'schedule') {
    return cronsSchema.parse(events.schedule).some(({ cron }) => cron === event.schedule);
  }
  const filters = filterSchema.parse(events[eventName]) ?? {};
  const types = names.safeParse(filters.types);
  const wanted = types.success ? types.data : defaultTypes[eventName];
  const action = event.action;
  if (wanted !== undefined && typeof action === 'string' && !wanted.includes(action)) return false;
  if (!passesBranch(filters, eventName, event) || !passesWorkflow(filters, event)) return false;
  const paths = filterOf(filters, 'paths');
  const isTag = String(event.ref ?? '').startsWith('refs/tags/');
  const files = given(paths) && !isTag ? (changedFiles?.(event) ?? null) : null;
  return files === null || passesPaths(paths, files);
}

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** One use of the action in one job of a matrix: the same in every attempt. */
export interface JobIdentity {
  /** Key under `jobs:`. */
  readonly job: string;
  /** `strategy.job-index`. */
  readonly index: number;
  /** From `claimUse`; holds no `-`. */
  readonly use: string;
}

/** `<job>-<index>-<use>`, the `run.job` of a report. Unambiguous: neither index nor use holds a `-`. */
export function identityText({ job, index, use }: JobIdentity): string {
  return `${job}-${index}-${use}`;
}

export function artifactName(identity: JobIdentity, attempt: number): string {
  return `jit-${identityText(identity)}-${attempt}`;
}

/** Matches the artifacts of every attempt of this identity, and of no other. */
export function artifactPattern(identity: JobIdentity): string {
  return `jit-${identityText(identity)}-+([0-9])`;
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}

/**
 * Takes a name for this use of the action, and makes its folder `<parent>/<name>`. `github.action` tells uses in a
 * job apart, but within another composite action it stays the name of the job's step; there the second use takes
 * the name with `+2`. Attempts agree as long as the uses run in the same order.
 */
export function claimUse(
  githubAction: string,
  parent: string,
): { readonly use: string; readonly folder: string } {
  mkdirSync(parent, { recursive: true });
  const base = githubAction.replaceAll('-', '.').replace(/[^\w.]/g, '~') || 'action';
  for (let count = 1; ; count++) {
    const use = count === 1 ? base : `${base}+${count}`;
    const folder = join(parent, use);
    try {
      mkdirSync(folder);
      return { use, folder };
    } catch (error) {
      if (!isTaken(error)) throw error;
    }
  }
}

import { join } from 'node:path';
import type { Conclusion } from '../contract.ts';
import { readActionFile } from './action-file.ts';
import { inputsOf } from './action-inputs.ts';
import { builtinOf } from './builtins/index.ts';
import { type ActionPlace, runComposite } from './composite.ts';
import { runJavascript } from './javascript.ts';
import { StepFailure } from './job.ts';
import type { RunnerOptions } from './options.ts';
import type { StepRun } from './step.ts';

/** `owner/repo[/path]@ref`; null for `./`, `docker://` and what is no reference. */
export function parseReference(
  uses: string,
): { readonly repository: string; readonly path: string; readonly ref: string } | null {
  const parts = /^([\w.-]+\/[\w.-]+)((?:\/[^@]*)?)@(.+)$/.exec(uses);
  if (parts === null || uses.startsWith('./')) return null;
  return { repository: parts[1] ?? '', path: (parts[2] ?? '').slice(1), ref: parts[3] ?? '' };
}

/** Folder of a remote action that the options map; null when they do not. */
export function mappedFolder(options: RunnerOptions, uses: string): string | null {
  const reference = parseReference(uses);
  if (reference === null) return null;
  const folder = options.actions?.[`${reference.repository}@${reference.ref}`];
  return folder === undefined ? null : join(folder, reference.path);
}

/** The sentence for an action that cannot be had here. */
export function unresolved(uses: string): string {
  if (uses.startsWith('docker://')) return `'${uses}' needs a container; this runner has none.`;
  if (uses.startsWith('$/'))
    return `'${uses}': references to the running commit ($/) are not known to this runner.`;
  return `Unable to resolve action '${uses}'. This runner is offline: it knows local actions (./), its own versions of actions/checkout, setup-node, upload-artifact and download-artifact, and what its options map.`;
}

function placeOf(run: StepRun, uses: string): ActionPlace {
  // Also inside a composite action `./` is the caller's workspace.
  if (uses.startsWith('./')) {
    return { folder: join(run.job.folders.workspace, uses), uses, repository: null, ref: null };
  }
  const folder = mappedFolder(run.job.options, uses);
  const reference = parseReference(uses);
  if (folder === null || reference === null) throw new StepFailure(unresolved(uses));
  return { folder, uses, repository: reference.repository, ref: reference.ref };
}

/** A `uses` step. */
export async function runUses(run: StepRun, uses: string): Promise<Conclusion> {
  const builtin = mappedFolder(run.job.options, uses) === null ? builtinOf(uses) : null;
  if (builtin !== null) {
    // The real ones are processes, which a cancelled step interrupts before they get to anything.
    if (run.signal.aborted) return 'cancelled';
    run.job.observer.log(`Run ${uses}`);
    await builtin.run(run, inputsOf(run, builtin, uses));
    return 'success';
  }
  const place = placeOf(run, uses);
  const file = readActionFile(place.folder, uses);
  const inputs = inputsOf(run, file, uses);
  run.job.observer.log(`Run ${uses}`);
  const { runs } = file;
  if (runs.using === 'composite') return runComposite(run, file, runs, place, inputs);
  return runJavascript(run, runs, place, inputs);
}

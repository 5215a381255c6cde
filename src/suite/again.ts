import path from 'node:path';
import type { Report } from '../report/schema.ts';
import type { Step } from './steps.ts';

export interface Again {
  /** What cleans up first; null where there is nothing to clean up. */
  readonly before: string | null;
  readonly run: string;
}

/**
 * What a step runs in a re-run, by what it did in the job's earlier report. `folder` is the suite's own, relative to
 * the repository, as origins are.
 */
export function again(
  step: Step,
  earlier: Report | null,
  folder: string,
  platform: NodeJS.Platform = process.platform,
): Again {
  const ran = earlier?.steps.find(({ id }) => id === step.id);
  if (earlier === null || ran === undefined) return { before: null, run: step.run };
  // a step that was skipped wrote in the attempt in which it passed, or never
  const wrote = ran.status !== 'skipped' || ran.passedInAttempt !== null;
  return {
    before: wrote ? step.beforeRerun : null,
    run: narrowed(step, earlier, folder, platform) ?? step.run,
  };
}

/** The narrower command, where the step was held before and every cause of that is known; else null. */
function narrowed(step: Step, earlier: Report, folder: string, platform: NodeJS.Platform): string | null {
  if (step.rerun === null) return null;
  if (earlier.steps.find(({ id }) => id === step.id)?.status !== 'held') return null;
  if (!step.rerun.includes('{files}')) return step.rerun;
  const held = earlier.flagged.filter((entry) => entry.outcome === 'held' && entry.steps.includes(step.id));
  const files = held.map(({ origin }) => origin?.file ?? null);
  // one that came from nowhere known could come from any file
  if (files.length === 0 || files.includes(null)) return null;
  const known = [...new Set(files)].filter((file) => file !== null).sort();
  const from = path.posix.join(
    '/',
    slashes(folder, platform),
    slashes(step.workingDirectory ?? '.', platform),
  );
  const words = known.map((file) => quoted(path.posix.relative(from, path.posix.join('/', file)), platform));
  // a word that the shell would not take as it is: rather all of the step
  return words.includes(null) ? null : step.rerun.replaceAll('{files}', () => words.join(' '));
}

function slashes(folder: string, platform: NodeJS.Platform): string {
  return platform === 'win32' ? folder.replaceAll('\\', '/') : folder;
}

/** One word of the shell that runs steps; a path that begins with `-` is no option. Null where it cannot be one. */
function quoted(file: string, platform: NodeJS.Platform): string | null {
  const path = file.startsWith('-') ? `./${file}` : file;
  if (platform !== 'win32') return `'${path.replaceAll("'", `'\\''`)}'`;
  // cmd.exe reads % and ! within quotes too
  return /["%!\r\n]/.test(path) ? null : `"${path}"`;
}

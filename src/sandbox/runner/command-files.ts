import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../errors.ts';
import type { Issues } from './issues.ts';
import type { Job } from './job.ts';
import { parseKeyValues } from './key-values.ts';

/** Bytes of one step's summary that GitHub takes. */
const summaryLimit = 1024 * 1024;

const prefixes = {
  env: 'set_env_',
  path: 'add_path_',
  output: 'set_output_',
  state: 'save_state_',
  step_summary: 'step_summary_',
} as const;
type Kind = keyof typeof prefixes;

/** The files through which one step tells the runner things. */
export interface CommandFiles {
  /** Entries of the github context. */
  readonly paths: Readonly<Record<Kind, string>>;
  /** Applies what the step wrote. False when a file is malformed, which fails the step. */
  readonly apply: (outputs: Record<string, string>, state: Record<string, string>) => boolean;
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // A step may have deleted its own file; that is as good as an empty one.
    return '';
  }
}

function applyEnvironment(job: Job, issues: Issues, text: string): void {
  for (const [name, value] of parseKeyValues(text)) {
    if (name.toUpperCase() === 'NODE_OPTIONS') {
      issues.add('failure', "Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command.");
    } else job.environment.set(name, value);
  }
}

function applyPath(job: Job, text: string): void {
  for (const folder of text.split(/\r?\n/).filter((line) => line !== '')) {
    const known = job.path.indexOf(folder);
    if (known >= 0) job.path.splice(known, 1);
    job.path.push(folder);
  }
}

function applySummary(job: Job, issues: Issues, file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > summaryLimit) {
    const [limit, met] = [summaryLimit / 1024, Math.floor(size / 1024)];
    issues.add(
      'failure',
      `$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of ${limit}k, got ${met}k.`,
    );
  } else if (size > 0) job.observer.summary(job.masker.mask(readIfThere(file)));
}

export function makeCommandFiles(job: Job, issues: Issues): CommandFiles {
  const folder = join(job.folders.temp, '_runner_file_commands');
  mkdirSync(folder, { recursive: true });
  const suffix = randomUUID();
  const at = (kind: Kind): string => {
    const file = join(folder, `${prefixes[kind]}${suffix}`);
    writeFileSync(file, '');
    return file;
  };
  const paths = {
    env: at('env'),
    path: at('path'),
    output: at('output'),
    state: at('state'),
    step_summary: at('step_summary'),
  };
  const into = (target: Record<string, string>) => (text: string) => {
    for (const [name, value] of parseKeyValues(text)) target[name] = value;
  };
  return {
    paths,
    apply(outputs, state) {
      const readers: readonly (readonly [Kind, (text: string) => void])[] = [
        ['env', (text) => applyEnvironment(job, issues, text)],
        ['path', (text) => applyPath(job, text)],
        ['output', into(outputs)],
        ['state', into(state)],
      ];
      let sound = true;
      for (const [kind, read] of readers) {
        try {
          read(readIfThere(paths[kind]));
        } catch (error) {
          sound = false;
          issues.add('failure', `Unable to process file command '${kind}' successfully.`);
          issues.add('failure', messageOf(error));
        }
      }
      applySummary(job, issues, paths.step_summary);
      for (const file of Object.values(paths)) rmSync(file, { force: true });
      return sound;
    },
  };
}

import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { isAbsolute, join, posix, relative, resolve, sep } from 'node:path';
import { zipSync } from 'fflate';
import picomatch from 'picomatch';
import { messageOf } from '../../../errors.ts';
import { filesUnder } from '../hash-files.ts';
import { StepFailure } from '../job.ts';
import type { StepRun } from '../step.ts';
import { type Builtin, isTrue, withDefaults } from './builtin.ts';

/** Days that GitHub keeps an artifact when nobody says otherwise. */
const defaultRetention = 90;

const whatIsWrong: Readonly<Record<string, string>> = {
  '"': 'Double quote "',
  ':': 'Colon :',
  '<': 'Less than <',
  '>': 'Greater than >',
  '|': 'Vertical bar |',
  '*': 'Asterisk *',
  '?': 'Question mark ?',
  '\r': 'Carriage return \\r',
  '\n': 'Line feed \\n',
  '\\': 'Backslash \\',
  '/': 'Forward slash /',
};

function checkName(name: string): void {
  for (const [character, sentence] of Object.entries(whatIsWrong)) {
    if (name.includes(character)) {
      throw new StepFailure(
        `The artifact name is not valid: ${name}. Contains the following character: ${sentence}`,
      );
    }
  }
}

interface Found {
  readonly root: string;
  readonly files: readonly string[];
}

/** Files of one pattern: a file, everything under a folder, or what a glob matches below its fixed part. */
function search(pattern: string): Found {
  const stat = statSync(pattern, { throwIfNoEntry: false });
  if (stat?.isFile()) return { root: resolve(pattern, '..'), files: [pattern] };
  if (stat?.isDirectory())
    return { root: pattern, files: filesUnder(pattern).map((file) => join(pattern, file)) };
  const { base, glob } = picomatch.scan(pattern);
  if (glob === '' || !statSync(base, { throwIfNoEntry: false })?.isDirectory())
    return { root: base, files: [] };
  const wanted = picomatch([glob, `${glob}/**`], { dot: true });
  const files = filesUnder(base).filter((file) => wanted(file));
  return { root: base, files: files.map((file) => join(base, file)) };
}

function commonFolder(folders: readonly string[]): string {
  const [first = [], ...rest] = folders.map((folder) => folder.split(sep));
  let length = first.length;
  for (const other of rest) while (!first.slice(0, length).every((part, i) => part === other[i])) length--;
  return first.slice(0, length).join(sep) || sep;
}

/** What `path` chooses, and the folder that names in the archive are relative to. */
function choose(workspace: string, paths: string, hidden: boolean): Found {
  const lines = paths.split('\n').map((line) => line.trim());
  const absolute = (path: string): string => (isAbsolute(path) ? resolve(path) : resolve(workspace, path));
  const positive = lines.filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('!'));
  const negative = lines.filter((line) => line.startsWith('!')).map((line) => absolute(line.slice(1)));
  const found = positive.map((line) => search(absolute(line)));
  const root = commonFolder(found.map((each) => each.root));
  const excluded = (file: string): boolean =>
    picomatch.isMatch(
      file,
      negative.flatMap((one) => [one, `${one}/**`]),
      { dot: true },
    );
  const isHidden = (file: string): boolean =>
    relative(root, file)
      .split(sep)
      .some((part) => part.startsWith('.'));
  const files = [...new Set(found.flatMap((each) => each.files))].filter(
    (file) => (negative.length === 0 || !excluded(file)) && (hidden || !isHidden(file)),
  );
  return { root, files };
}

function nothingFound(run: StepRun, paths: string, what: string): void {
  const sentence = `No files were found with the provided path: ${paths}. No artifacts will be uploaded.`;
  if (what === 'error') throw new StepFailure(sentence);
  if (what === 'ignore') run.job.observer.log(run.job.masker.mask(sentence));
  else run.frame.issues.add('warning', sentence);
}

function upload(run: StepRun, name: string, found: Found, inputs: Readonly<Record<string, string>>): void {
  const { artifacts, request } = run.job;
  const entries = found.files.map((file) => [
    relative(found.root, file).split(sep).join(posix.sep),
    readFileSync(file),
  ]);
  const zip = zipSync(Object.fromEntries(entries));
  if (isTrue(inputs.overwrite)) {
    if (artifacts.remove === undefined) {
      throw new StepFailure('`overwrite: true` needs an artifact store that can remove; this one cannot.');
    }
    artifacts.remove(request.runId, name);
  }
  let id: number;
  try {
    id = artifacts.upload(request.runId, name, zip, Number(inputs['retention-days']) || defaultRetention);
  } catch (error) {
    throw new StepFailure(`Failed to CreateArtifact: ${messageOf(error)}`);
  }
  run.outputs['artifact-id'] = String(id);
  run.outputs['artifact-digest'] = createHash('sha256').update(zip).digest('hex');
  run.outputs['artifact-url'] =
    `${request.serverUrl}/${request.repository}/actions/runs/${request.runId}/artifacts/${id}`;
  run.job.observer.log(`Artifact ${name} has been successfully uploaded! Artifact ID is ${id}`);
}

export const uploadArtifact: Builtin = {
  inputs: withDefaults({
    name: 'artifact',
    path: '',
    'if-no-files-found': 'warn',
    'retention-days': '',
    'compression-level': '6',
    overwrite: 'false',
    'include-hidden-files': 'false',
    archive: 'true',
  }),
  async run(run, inputs) {
    const { name = '', path = '' } = inputs;
    const what = inputs['if-no-files-found'] ?? 'warn';
    if (path === '') throw new StepFailure('Input required and not supplied: path');
    if (!['warn', 'error', 'ignore'].includes(what)) {
      throw new StepFailure(
        `Unrecognized if-no-files-found input: ${what}. Available options: warn, error, ignore.`,
      );
    }
    if (!isTrue(inputs.archive)) throw new StepFailure('`archive: false` is not known to this runner.');
    checkName(name);
    const found = choose(run.job.folders.workspace, path, isTrue(inputs['include-hidden-files']));
    if (found.files.length === 0) nothingFound(run, path, what);
    else upload(run, name === '' ? 'artifact' : name, found, inputs);
  },
};

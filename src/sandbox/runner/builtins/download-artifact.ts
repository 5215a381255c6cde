import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { unzipSync } from 'fflate';
import picomatch from 'picomatch';
import { StepFailure } from '../job.ts';
import type { StepRun } from '../step.ts';
import { type Builtin, isTrue, withDefaults } from './builtin.ts';

interface Artifact {
  readonly id: number;
  readonly name: string;
}

/** The newest of each name: a re-run may have uploaded one again. */
function latest(artifacts: readonly Artifact[]): readonly Artifact[] {
  return [...new Map(artifacts.map((artifact) => [artifact.name, artifact])).values()];
}

function select(all: readonly Artifact[], inputs: Readonly<Record<string, string>>): readonly Artifact[] {
  const { name = '', pattern = '', 'artifact-ids': ids = '' } = inputs;
  if (name !== '' && ids !== '') {
    throw new StepFailure(
      "Inputs 'name' and 'artifact-ids' cannot be used together. Please specify only one.",
    );
  }
  if (name !== '') {
    const found = all.filter((artifact) => artifact.name === name);
    if (found.length === 0) {
      throw new StepFailure(`Unable to download artifact(s): Artifact not found for name: ${name}`);
    }
    return found;
  }
  if (ids !== '') {
    const wanted = ids.split(',').map((id) => Number(id.trim()));
    const found = all.filter((artifact) => wanted.includes(artifact.id));
    if (found.length === 0) throw new StepFailure('None of the provided artifact IDs were found');
    return found;
  }
  return pattern === ''
    ? all
    : all.filter((artifact) => picomatch.isMatch(artifact.name, pattern, { dot: true }));
}

function extract(zip: Uint8Array, folder: string): void {
  for (const [name, content] of Object.entries(unzipSync(zip))) {
    const file = resolve(folder, name);
    if (relative(folder, file).startsWith('..')) {
      throw new StepFailure(`The artifact holds a file outside its folder: ${JSON.stringify(name)}`);
    }
    if (name.endsWith('/')) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

function runIdOf(run: StepRun, inputs: Readonly<Record<string, string>>): number {
  // The real action looks at another run only when it also gets a token.
  if (!inputs['github-token'] || !inputs['run-id']) return run.job.request.runId;
  const id = Number(inputs['run-id']);
  if (!Number.isSafeInteger(id) || id <= 0) {
    throw new StepFailure(`Input 'run-id' must be a positive integer. Received '${inputs['run-id']}'.`);
  }
  return id;
}

export const downloadArtifact: Builtin = {
  inputs: withDefaults({
    name: '',
    'artifact-ids': '',
    path: '',
    pattern: '',
    'merge-multiple': 'false',
    'github-token': '',
    repository: '',
    'run-id': '',
    'digest-mismatch': 'error',
    'skip-decompress': 'false',
  }),
  async run(run, inputs) {
    const { artifacts, folders, observer } = run.job;
    const path = (inputs.path ?? '').replace(/^~/, folders.home);
    const folder = resolve(folders.workspace, path);
    const found = select(latest(artifacts.list(runIdOf(run, inputs))), inputs);
    // One artifact alone, however it was chosen, goes straight into the folder.
    const flat = Boolean(inputs.name) || isTrue(inputs['merge-multiple']) || found.length === 1;
    for (const artifact of found) {
      extract(artifacts.download(artifact.id), flat ? folder : join(folder, artifact.name));
    }
    run.outputs['download-path'] = folder;
    observer.log(`Total of ${found.length} artifact(s) downloaded`);
  },
};

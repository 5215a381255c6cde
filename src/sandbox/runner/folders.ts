import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Folders of one job, laid out as on GitHub's machines; all are removed after it. */
export interface Folders {
  readonly root: string;
  readonly home: string;
  readonly workspace: string;
  readonly temp: string;
  readonly tools: string;
}

export function makeFolders(repository: string, temporary: string | undefined): Folders {
  const root = mkdtempSync(join(temporary ?? tmpdir(), 'jit-runner-'));
  const name = repository.split('/').at(-1) ?? repository;
  const work = join(root, 'work');
  const folders = {
    root,
    home: join(root, 'home'),
    workspace: join(work, name, name),
    temp: join(work, '_temp'),
    tools: join(work, '_tool'),
  };
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  return folders;
}

export function removeFolders(folders: Folders): void {
  rmSync(folders.root, { recursive: true, force: true, maxRetries: 3 });
}

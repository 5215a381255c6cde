import { existsSync } from 'node:fs';
import path from 'node:path';
import { policyFile } from '../../../github/policy-source.ts';
import { formatProblem, loadPolicy, type Policy, type PolicyText } from '../../../policy/parse.ts';
import { extendedFiles } from '../../../policy/standing.ts';
import type { FileChange } from '../../git/commit.ts';
import { type OwnFolder, readFolder, refused } from './folder.ts';
import { type Value, valuesOf } from './values.ts';

/** Somebody's own repository, read and found fit to be played. */
export interface OwnProject {
  /** `acme/NAME` */
  readonly repository: string;
  readonly folder: OwnFolder;
  readonly policy: Policy;
  /** `OWNER/REPOSITORY@REF` of every use of the action. */
  readonly uses: readonly string[];
  /** What the workflows read as `secrets.NAME` and `vars.NAME`. */
  readonly values: readonly Value[];
  /** Its installed dependencies; null when there are none. */
  readonly modules: string | null;
}

const useOfAction = /uses:\s*["']?([\w.-]+\/jit-approval@[\w./-]+)/g;

/** Throws a JitError that says what the folder lacks. */
export async function readOwnProject(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<OwnProject> {
  const own = await readFolder(folder);
  const policy = policyIn(own, folder);
  const workflows = Object.entries(own.files)
    .filter(([name]) => /^\.github\/workflows\/[^/]+\.ya?ml$/.test(name))
    .map(([, file]) => textOf(file));
  const uses = [
    ...new Set(workflows.flatMap((text) => [...text.matchAll(useOfAction)].map((use) => use[1] ?? ''))),
  ];
  if (uses.length === 0) {
    throw refused(
      `No workflow in ${folder}/.github/workflows uses jit-approval/jit-approval@v1. The head of README.md has one to start with.`,
    );
  }
  const modules = path.join(own.root, 'node_modules');
  return {
    repository: `acme/${nameOf(own.root)}`,
    folder: own,
    policy,
    uses,
    values: valuesOf(workflows, policy, environment),
    modules: existsSync(modules) ? modules : null,
  };
}

function policyIn(own: OwnFolder, folder: string): Policy {
  const text = own.files[policyFile];
  if (text === undefined) {
    throw refused(
      `${folder} has no ${policyFile}, or git ignores it. "jit-approval init" there writes one to start with.`,
    );
  }
  const main = policyText(policyFile, textOf(text));
  const extended = extendedFiles(main.text).map(
    (name): PolicyText => ({ ...policyText(name, textOf(own.files[name] ?? '')), extended: true }),
  );
  const loaded = loadPolicy([main, ...extended]);
  if (loaded.ok) return loaded.policy;
  throw refused(
    `The policy has problems:\n${loaded.problems.map((problem) => formatProblem(problem)).join('\n')}`,
  );
}

function policyText(file: string, text: string): PolicyText {
  return {
    text,
    source: { from: 'working-tree', branch: null, file, commit: null, blob: '0'.repeat(40) },
  };
}

function textOf(file: FileChange): string {
  const content = typeof file === 'object' && file !== null && 'content' in file ? file.content : file;
  return typeof content === 'string' ? content : Buffer.from(content ?? []).toString('utf8');
}

/** What GitHub would take as a repository's name. */
function nameOf(root: string): string {
  return path.basename(root).replaceAll(/[^\w.-]+/g, '-') || 'repository';
}

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import type {
  ArtifactStore,
  JobRequest,
  JobResult,
  PlannedJob,
  RunnerAnnotation,
} from '../../../src/sandbox/contract.ts';
import { createRunner, type RunnerOptions } from '../../../src/sandbox/runner/index.ts';

export interface Seen {
  readonly result: JobResult;
  readonly log: string;
  readonly lines: readonly string[];
  readonly steps: readonly {
    readonly number: number;
    readonly name: string;
    readonly conclusion: string | null;
  }[];
  readonly annotations: readonly RunnerAnnotation[];
  readonly summaries: readonly string[];
}

export interface Artifacts extends ArtifactStore {
  readonly stored: readonly {
    readonly id: number;
    readonly runId: number;
    readonly name: string;
    readonly days: number;
  }[];
}

export function memoryArtifacts(): Artifacts {
  const stored: { id: number; runId: number; name: string; zip: Uint8Array; days: number }[] = [];
  return {
    stored,
    upload(runId, name, zip, days) {
      if (stored.some((one) => one.runId === runId && one.name === name)) {
        throw new Error(`an artifact with the name ${name} already exists on the workflow run`);
      }
      const id = stored.length + 1;
      stored.push({ id, runId, name, zip, days });
      return id;
    },
    list: (runId) => stored.filter((one) => one.runId === runId),
    download(id) {
      const found = stored.find((one) => one.id === id);
      if (found === undefined) throw new Error(`no artifact ${id}`);
      return found.zip;
    },
    remove(runId, name) {
      const at = stored.findLastIndex((one) => one.runId === runId && one.name === name);
      if (at >= 0) stored.splice(at, 1);
    },
  };
}

export interface Arrangement extends RunnerOptions {
  readonly request?: Partial<JobRequest>;
  readonly job?: Partial<PlannedJob>;
  readonly artifacts?: ArtifactStore;
  /** Files of the repository, by path. */
  readonly files?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly onLine?: (line: string) => void;
}

/** A folder that is gone after the test. */
export function folderFor(t: TestContext, files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'jit-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const sha = 'a'.repeat(40);

/** A job of a workflow with only these steps (YAML of a list, or of a job's keys). */
export function workflowOf(body: string, top = 'on: push'): string {
  const indented = body.replace(/^/gm, '    ');
  const keys = /^\s*-/.test(body) ? `    steps:\n${indented.replace(/^/gm, '  ')}` : indented;
  return `${top}\njobs:\n  test:\n    runs-on: ubuntu-latest\n${keys}\n`;
}

/** Runs the job `test` of a workflow and returns all that the observer was told. */
export async function run(t: TestContext, workflow: string, arrangement: Arrangement = {}): Promise<Seen> {
  const { request, job, artifacts = memoryArtifacts(), files = {}, signal, onLine, ...options } = arrangement;
  const text = workflow.includes('jobs:') ? workflow : workflowOf(workflow);
  const temporary = folderFor(t);
  const repository = folderFor(t, files);
  const lines: string[] = [];
  const steps: { number: number; name: string; conclusion: string | null }[] = [];
  const annotations: RunnerAnnotation[] = [];
  const summaries: string[] = [];
  const runner = createRunner({ temporary, ...options });
  const result = await runner.run(
    {
      job: { key: 'test', name: 'test', needs: [], matrix: {}, index: 0, total: 1, ...job },
      jobId: 77,
      runId: 5,
      runNumber: 3,
      attempt: 1,
      repository: 'acme/shop',
      repositoryId: 9,
      workflowPath: '.github/workflows/ci.yml',
      workflowText: text,
      sha,
      ref: 'refs/heads/main',
      headRef: null,
      baseRef: null,
      eventName: 'push',
      event: { ref: 'refs/heads/main' },
      actor: 'mona',
      triggeringActor: 'mona',
      token: 'ghs_token_of_the_job',
      secrets: {},
      idToken: null,
      serverUrl: 'http://127.0.0.1:1',
      apiUrl: 'http://127.0.0.1:1/api/v3',
      needs: {},
      debug: false,
      ...request,
    },
    {
      log: (line) => {
        lines.push(line);
        onLine?.(line);
      },
      step: (step) => {
        if (step.status === 'completed')
          steps.push({ number: step.number, name: step.name, conclusion: step.conclusion });
      },
      annotation: (annotation) => void annotations.push(annotation),
      summary: (markdown) => void summaries.push(markdown),
    },
    artifacts,
    async (_sha, folder) => cpSync(repository, folder, { recursive: true }),
    signal ?? new AbortController().signal,
  );
  return { result, log: lines.join('\n'), lines, steps, annotations, summaries };
}

/** Processes of this machine whose command line holds a word. */
export function processesWith(word: string): readonly string[] {
  const list = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' });
  return list.split('\n').filter((line) => line.includes(word) && !line.includes('ps -eo'));
}

import { createHash } from 'node:crypto';
import type { ReportedAction } from './facts.ts';
import { fingerprint } from './fingerprint.ts';
import type { ActionForm } from './form.ts';
import type { HoldRequirement, RequirementsOf } from './requirement.ts';

/** A file that the pull request changes, and the Git blob id of what the change leaves of it. */
export interface ChangedFile {
  readonly path: string;
  readonly blob: string;
}

const ruleId = 'jit-approval/workflow-changed';

/**
 * Whoever changes the workflow decides what is run and reported, so such a pull request holds its own gate:
 * an action like any other, bound to the changed files' content and approved under the policy's defaults.
 * Null when nothing of that kind is touched. `localActions` are folders named by `uses: ./folder`.
 */
export function workflowChange(
  files: readonly ChangedFile[],
  localActions: readonly string[],
  defaults: Omit<HoldRequirement, 'ruleId' | 'digest'>,
): ReportedAction | null {
  const touched = files
    .filter(({ path }) => steersRuns(path, localActions))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  const [first] = touched;
  if (first === undefined) return null;
  const form: ActionForm = {
    kind: 'call',
    target: 'pull-request',
    role: null,
    relations: null,
    shape: ['workflow changed: ', ...touched.map((_, index) => (index < touched.length - 1 ? ', ' : ''))],
    values: touched.map(({ path, blob }) => ({
      name: path.slice(0, 300),
      type: 'string',
      text: `${path} ${blob}`,
      selects: true,
    })),
    rules: [{ id: ruleId, digest: digestOf(defaults) }],
  };
  return {
    fingerprint: fingerprint(form),
    form,
    outcome: 'held',
    grant: null,
    target: 'pull-request',
    reason: 'The pull request changes what runs and reports its tests',
    unbindable: null,
    count: 1,
    steps: [],
    origin: { file: first.path, line: 1 },
    ruleAt: null,
    unknown: [],
    checks: [],
  };
}

/** Whether this is what `workflowChange` makes: nothing runs by its approval. */
export function isWorkflowChange({ rules }: Pick<ActionForm, 'rules'>): boolean {
  return rules.length === 1 && rules[0]?.id === ruleId;
}

/** The policy's requirements, and its defaults for the change of a workflow. */
export function withWorkflowRule(
  requirementsOf: RequirementsOf,
  defaults: Omit<HoldRequirement, 'ruleId' | 'digest'>,
): RequirementsOf {
  return (rules) =>
    isWorkflowChange({ rules })
      ? [{ ...defaults, ruleId, digest: digestOf(defaults) }]
      : requirementsOf(rules);
}

function steersRuns(path: string, localActions: readonly string[]): boolean {
  if (/^\.github\/(workflows|actions)\//.test(path) || /(^|\/)action\.ya?ml$/.test(path)) return true;
  const folders = localActions.map((folder) => folder.replace(/^\.\//, '').replace(/\/+$/, ''));
  return folders.some((folder) => folder === '' || path.startsWith(`${folder}/`));
}

function digestOf(defaults: Omit<HoldRequirement, 'ruleId' | 'digest'>): string {
  const { count, from, author, contributors, expiresMs, scope, repeat, uses } = defaults;
  const content = [
    'jit-approval/workflow-changed/1',
    count,
    [from.role, from.teams, from.users],
    [author, contributors, expiresMs, scope, repeat, uses],
  ];
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}

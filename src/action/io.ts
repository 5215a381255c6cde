/**
 * Everything that crosses the border between action.yml and the code behind it. test/repo/action-yml.test.ts
 * compares these lists with action.yml, so neither can change alone.
 */

interface ActionInput {
  /** Name under `inputs:` of action.yml. */
  readonly name: string;
  /** Variable in which the value reaches the process; read from file descriptor 3 (launch.sh). */
  readonly env: string;
  readonly default: string;
}

export const actionInputs = [
  { name: 'run', env: 'JIT_INPUT_RUN', default: '' },
  { name: 'steps', env: 'JIT_INPUT_STEPS', default: '' },
  { name: 'parallel', env: 'JIT_INPUT_PARALLEL', default: '' },
  { name: 'policy', env: 'JIT_INPUT_POLICY', default: '' },
  { name: 'github-token', env: 'JIT_INPUT_GITHUB_TOKEN', default: `\${{ github.token }}` },
  { name: 'wait', env: 'JIT_INPUT_WAIT', default: '' },
  { name: 'app-url', env: 'JIT_INPUT_APP_URL', default: '' },
  { name: 'skip-passed', env: 'JIT_INPUT_SKIP_PASSED', default: 'true' },
  { name: 'working-directory', env: 'JIT_INPUT_WORKING_DIRECTORY', default: '' },
] as const satisfies readonly ActionInput[];

/** What launch.sh is called with, in this order. */
export const subcommands = ['restore', 'suite', 'conclude'] as const;
export type Subcommand = (typeof subcommands)[number];

/** Further variables of each subcommand, and the expression of action.yml that fills them. */
export const variables = {
  restore: { JIT_JOB: 'github.job', JIT_JOB_INDEX: 'strategy.job-index', JIT_USE: 'github.action' },
  suite: {
    JIT_JOB: 'github.job',
    JIT_JOB_INDEX: 'strategy.job-index',
    JIT_USE: 'steps.restore.outputs.use',
    JIT_CHECK_RUN_ID: 'job.check_run_id',
    JIT_EARLIER: 'steps.restore.outputs.earlier',
    JIT_REPORT: 'steps.restore.outputs.report',
    JIT_ARTIFACT: 'steps.restore.outputs.artifact',
  },
  conclude: {
    JIT_JOB: 'github.job',
    JIT_JOB_INDEX: 'strategy.job-index',
    JIT_USE: 'steps.restore.outputs.use',
    JIT_CHECK_RUN_ID: 'job.check_run_id',
    JIT_REPORT: 'steps.restore.outputs.report',
    JIT_ARTIFACT: 'steps.restore.outputs.artifact',
    JIT_ARTIFACT_URL: 'steps.upload.outputs.artifact-url',
    JIT_EXIT_CODE: 'steps.suite.outputs.exit-code',
  },
} as const satisfies Readonly<Record<Subcommand, Readonly<Record<string, string>>>>;

/** What each subcommand writes to GITHUB_OUTPUT. */
export const stepOutputs = {
  /**
   * use: name of this use of the action within the job; artifact: name of this attempt's artifact; pattern: glob
   * over the artifacts of earlier attempts; earlier: empty folder for them; report: path at which the suite
   * writes its report.
   */
  restore: ['use', 'artifact', 'pattern', 'earlier', 'report'],
  /** held and denied are counts; report is a path; exit-code is what the job shall end with. */
  suite: ['result', 'held', 'denied', 'report', 'exit-code', 'artifact'],
  conclude: [],
} as const satisfies Readonly<Record<Subcommand, readonly string[]>>;

/** Outputs of the whole action; each is the suite's output of the same name. */
export const actionOutputs = [
  'result',
  'held',
  'denied',
  'report',
] as const satisfies readonly (typeof stepOutputs.suite)[number][];

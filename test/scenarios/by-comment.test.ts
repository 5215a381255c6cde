import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { varyingFields } from '../../src/approval/fingerprint.ts';
import type { Report } from '../../src/report/schema.ts';
import { finished, openPull, reportOf, stepsThat } from '../../src/sandbox/demo/scenes.ts';
import { openStage, repository } from '../../src/sandbox/demo/stage.ts';
import { until } from '../../src/sandbox/demo/until.ts';

const root = path.resolve(import.meta.dirname, '../..');
const example = (file: string) => readFileSync(path.join(root, 'examples', file), 'utf8');
const policyFile = '.github/jit-approval.yml';
const workflowFile = '.github/workflows/integration.yml';
const policy = example(`shop/${policyFile}`).replace(/^app: .*\n/m, '');
const workflow = example(`shop/${workflowFile}`).replace('checks: read', 'pull-requests: read');

/** The repository of the example without its App, and the pull request whose run has ended held. */
async function held(files: Readonly<Record<string, string>> = {}) {
  const stage = await openStage({ files: { [policyFile]: policy, [workflowFile]: workflow, ...files } });
  const { sandbox } = stage;
  const pull = await openPull(sandbox);
  const run = await finished(sandbox, 1);
  const report = reportOf(sandbox, run, 1);
  const log = run.attempts[0]?.jobs.flatMap((job) => job.log).join('\n') ?? '';
  return { stage, sandbox, pull, run, report, log };
}

/** The example's deletion, and its charge, whose key is another one in each run. */
function both(report: Report) {
  const charge = report.flagged.find(({ form }) => form.kind === 'http');
  const deletion = report.flagged.find(({ form }) => form.kind === 'sql');
  assert.ok(charge && deletion);
  return { charge, deletion, varying: varyingFields(charge.form)[0]?.name };
}

const outcomes = ({ flagged }: Report) =>
  Object.fromEntries(flagged.map(({ form, outcome, deniedBy }) => [form.kind, [outcome, deniedBy]]));

test('without the App: held, approved by the long id in a comment, run again by hand, passed', async () => {
  const { stage, sandbox, pull, run, report, log } = await held();
  await using _ = stage;
  const held1 = report.flagged.filter(({ outcome }) => outcome === 'held');
  assert.equal(held1.length, 2);
  for (const { id } of held1) {
    assert.equal(id.length, 26);
    assert.ok(log.includes(`comment "/approve ${id}" on the pull request. Then press "Re-run failed jobs"`));
  }
  assert.deepEqual(report.notices, []);
  const { charge, deletion, varying } = both(report);

  // neither short, nor by the author, nor in a second line, nor edited, nor `all`
  sandbox.act.comment('grace', pull, `/approve ${deletion.id.slice(0, 25)}`);
  sandbox.act.comment('alan', pull, `/approve ${deletion.id}`);
  sandbox.act.comment('katherine', pull, `I think\n/approve ${deletion.id}`);
  sandbox.act.comment('katherine', pull, `> /approve ${deletion.id}`);
  const edited = sandbox.act.comment('katherine', pull, 'Looks good');
  sandbox.act.editComment('katherine', edited, `/approve ${deletion.id}`);
  sandbox.act.comment('grace', pull, '/approve all 0c4w8x1z');
  sandbox.act.comment('grace', pull, `/approve ${charge.id} varying ${varying}`);
  sandbox.act.rerun('grace', run.id, 'failed');
  await finished(sandbox, 2);
  const refused = reportOf(sandbox, run, 2);
  assert.deepEqual(outcomes(refused), { http: ['granted', null], sql: ['held', null] });
  const words = run.attempts[1]?.jobs.flatMap((job) => job.log).join('\n') ?? '';
  assert.match(words, /The comment of katherine does not count: it was edited; write a new comment/);

  sandbox.act.comment('katherine', pull, `/approve ${deletion.id}`);
  sandbox.act.rerun('alan', run.id, 'failed');
  await finished(sandbox, 3);
  const last = reportOf(sandbox, run, 3);
  assert.equal(last.result, 'passed');
  assert.deepEqual(stepsThat(last, 'held'), []);
  assert.deepEqual(sandbox.violations, []);
});

test('without the App: respond.yml presses the button, and a denial holds', async () => {
  const respond = '.github/workflows/respond.yml';
  const { stage, sandbox, pull, run, report } = await held({ [respond]: example('workflows/respond.yml') });
  await using _ = stage;
  const { charge, deletion, varying } = both(report);
  sandbox.act.comment('grace', pull, `/deny ${deletion.id} -- not on Fridays`);
  sandbox.act.comment('grace', pull, `/approve ${charge.id} ${'z'.repeat(26)} varying ${varying}`);
  await until('respond.yml runs the failed jobs again', () => run.attempts[1]?.status === 'completed');
  const again = reportOf(sandbox, run, 2);
  assert.deepEqual(outcomes(again), { http: ['granted', null], sql: ['denied', 'grace'] });
  await sandbox.idle();
  const responses = sandbox.read.runs(repository).filter((one) => one.eventName === 'issue_comment');
  assert.deepEqual(responses.map((one) => one.attempts[0]?.jobs[0]?.conclusion).sort(), [
    'skipped',
    'success',
  ]);
  assert.deepEqual(sandbox.violations, []);
});

test('without the App: rules that only teams may release end the run with 78, before anything ran', async () => {
  const teams = policy.replace('from: { role: maintain }', 'from: { teams: [acme/data] }');
  const stage = await openStage({ files: { [policyFile]: teams, [workflowFile]: workflow } });
  await using _ = stage;
  await openPull(stage.sandbox);
  const run = await finished(stage.sandbox, 1);
  const log = run.attempts[0]?.jobs.flatMap((job) => job.log).join('\n') ?? '';
  assert.match(log, /Without the App .* nobody can approve what these rules hold: .*delete-on-staging/);
  assert.match(log, /exit code 78/);
  assert.throws(() => reportOf(stage.sandbox, run, 1), /left no report/);
});

test('without the App: a job that waits reads the comments until one decides, in the same attempt', async () => {
  const reason = 'reason: Deletes rows of the database that all teams share';
  const waits = policy.replace(reason, `${reason}, wait: 5m`);
  const stage = await openStage({ files: { [policyFile]: waits, [workflowFile]: workflow } });
  await using _ = stage;
  const { sandbox } = stage;
  const pull = await openPull(sandbox);
  const logOf = () => sandbox.read.runs(repository)[0]?.attempts[0]?.jobs[0]?.log.join('\n') ?? '';
  const id = await until(
    'a call waits',
    () => / waits up to 300 s .*: \/approve (\w{26})/.exec(logOf())?.[1],
  );
  sandbox.act.comment('grace', pull, `/approve ${id}`);
  const report = reportOf(sandbox, await finished(sandbox, 1), 1);
  assert.deepEqual(outcomes(report).sql, ['granted', null]);
  assert.match(logOf(), new RegExp(`${id}: approved by grace; it runs now`));
  assert.deepEqual(sandbox.violations, []);
});

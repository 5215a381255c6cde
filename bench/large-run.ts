import { gzipSync } from 'node:zlib';
import { decidedGrants, noDecisions } from '../src/approval/decided.ts';
import type { SqlAction, Target } from '../src/policy/action.ts';
import { loadPolicy } from '../src/policy/parse.ts';
import { createAnalyser } from '../src/policy/sql/analyse.ts';
import { annotations, workflowCommands } from '../src/report/annotations.ts';
import { reportSchema } from '../src/report/schema.ts';
import { jobSummary } from '../src/report/summary.ts';
import { createJudge } from '../src/suite/judge.ts';
import { Recorder } from '../src/suite/recorder.ts';
import { Recording } from '../src/suite/recording.ts';
import { loadSqlParser } from '../src/targets/sql-parser.ts';

/**
 * A run of 100,000 runtime actions, every one another, of which 2,000 are held, under 300 rules: what it takes in
 * memory, and how long what it leaves behind is.
 */
const [actions, holds, rules] = [100_000, 2_000, 300];

const yaml = `version: 1
default: allow
targets: { db: { postgres: { env: DATABASE_URL }, disposable: false } }
rules:
  - id: sensitive
    on: { sql: { operation: delete, table: sensitive } }
    hold: { reason: "Deletes what cannot be made again" }
${Array.from(
  { length: rules - 1 },
  (_, at) =>
    `  - { id: r${at}, on: { sql: { operation: [update, delete], table: "t${at}" } }, hold: { reason: "Rule ${at}" } }`,
).join('\n')}
`;
const loaded = loadPolicy([
  { text: yaml, source: { from: 'base', branch: 'main', file: 'p.yml', commit: null, blob: '0'.repeat(40) } },
]);
if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
const analyse = createAnalyser(await loadSqlParser());
const target: Target = {
  name: 'db',
  kind: 'postgres',
  declared: true,
  disposable: false,
  identity: 'db.example:5432/app',
  host: 'db.example',
  port: 5432,
  database: 'app',
};
const recorder = new Recorder();
const recording = new Recording([]);
const judge = createJudge({
  policy: loaded.policy,
  grants: decidedGrants(async () => ({ decisions: noDecisions, problem: null }), Date.now),
  recorder,
  run: () => ({ event: 'pull_request', base: 'main', head: 'topic', author: 'ada', step: 'api', attempt: 1 }),
  readFile: async () => ({ known: false, why: 'none' }),
  secrets: ['hunter2-hunter2'],
  now: Date.now,
  approveHint: () => '',
  onFlagged: () => {},
  onJudged: (met) => recording.add(met),
});

const heapBefore = heapMb();
const started = performance.now();
for (let at = 0; at < actions; at++) {
  const ruling = await judge.judge(action(at), null);
  ruling.settle(ruling.outcome === 'allow' ? 'completed' : 'refused', 1);
  if ((at + 1) % 25_000 === 0) {
    process.stdout.write(
      `${String(at + 1).padStart(7)} judged, heap ${(heapMb() - heapBefore).toFixed(0)} MB more\n`,
    );
  }
}
const judged = performance.now() - started;
const made = performance.now();
const report = reportSchema.parse({
  version: 1,
  generator: 'bench',
  run: {
    repository: 'acme/shop',
    event: 'pull_request',
    workflow: null,
    runId: 1,
    attempt: 1,
    job: 'job',
    checkRunId: null,
    head: null,
    base: 'main',
    pullRequest: 1,
  },
  policy: [],
  app: null,
  startedAt: new Date().toISOString(),
  durationMs: 1,
  result: 'held',
  exitCode: 75,
  steps: [],
  ...recorder.results(),
  ...recording.results(),
});
const text = JSON.stringify(report);
const summary = jobSummary(report);
const rows: [string, string][] = [
  ['judged and recorded', `${((judged / actions) * 1000).toFixed(0)} µs each`],
  ['report made in', `${(performance.now() - made).toFixed(0)} ms`],
  ['report', megabytes(text.length)],
  ['report, compressed', megabytes(gzipSync(text).length)],
  ['flagged in it', String(report.flagged.length)],
  ['annotations', String(annotations(report).length)],
  ['workflow commands', String(workflowCommands(report).length)],
  ['summary', `${megabytes(Buffer.byteLength(summary))} (limit 1.05 MB)`],
  ['notices', report.notices.join(' ').slice(0, 200)],
];
for (const [what, value] of rows) process.stdout.write(`${what.padEnd(20)} ${value}\n`);
for (const [key, value] of Object.entries(report)) {
  const length = JSON.stringify(value).length;
  if (length > 100_000) process.stdout.write(`  of which ${key.padEnd(11)} ${megabytes(length)}\n`);
}

function action(at: number): SqlAction {
  const held = at % (actions / holds) === 0;
  const statement = held
    ? `delete from sensitive where id = ${at} and tenant = 'tenant ${at}' and created_at < '2026-01-01'`
    : `insert into log_${at} (id, note, payload) values ($1, 'note ${at}', '${'x'.repeat(50)}')`;
  return {
    kind: 'sql',
    target,
    origin: { file: `test/file-${at % 100}.test.ts`, line: 1 + (at % 500) },
    statement,
    params: [{ oid: 23, value: { known: true, value: String(at) }, hex: null }],
    analysis: analyse(statement, { standardConformingStrings: true }),
    role: 'app',
  };
}

function heapMb(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1e6;
}

function megabytes(length: number): string {
  return `${(length / 1e6).toFixed(2)} MB`;
}

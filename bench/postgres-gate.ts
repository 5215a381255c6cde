import pg from 'pg';
import { startPostgresGate } from '../src/gates/postgres/gate.ts';
import type { Judge } from '../src/policy/judge.ts';
import { createAnalyser } from '../src/policy/sql/analyse.ts';
import { startPostgres } from '../src/sandbox/postgres.ts';
import { postgresTarget, settingsFromUrl } from '../src/targets/postgres.ts';
import { loadSqlParser } from '../src/targets/sql-parser.ts';

/**
 * The same work directly and through the gate, in turns, so that whatever else the machine does falls on both.
 * The judge allows at once: this measures the gate and the parser, not a policy.
 */
const rounds = 400;

interface Work {
  readonly name: string;
  /** Fewer rounds for what takes long. */
  readonly rounds: number;
  run(client: pg.Client, round: number): Promise<unknown>;
}

const works: readonly Work[] = [
  { name: 'select 1, simple', rounds, run: (client) => client.query('select 1') },
  {
    name: 'select by key, parameters',
    rounds,
    run: (client, round) => client.query('select * from items where id = $1', [round]),
  },
  {
    name: 'insert, parameters',
    rounds,
    run: (client, round) => client.query('insert into log (note) values ($1)', [`round ${round}`]),
  },
  {
    name: 'insert, a new text each time',
    rounds,
    run: (client, round) => client.query(`insert into log (note) values ('round ${round}')`),
  },
  { name: '10,000 rows', rounds: 20, run: (client) => client.query('select * from items') },
];

const db = await startPostgres();
const settings = settingsFromUrl(db.url);
const judge: Judge = { reads: () => 'head', judge: async () => ({ outcome: 'allow', settle() {} }) };
const analyse = createAnalyser(await loadSqlParser());
const gate = await startPostgresGate({
  target: postgresTarget('bench', settings, { declared: true, disposable: true }),
  upstream: settings,
  judge,
  analyser: async () => analyse,
});
const through = `postgresql://${gate.user}:${gate.password}@${gate.host}:${gate.port}/${gate.database}`;
const clients = { direct: new pg.Client(db.url), gate: new pg.Client(through) };
await clients.direct.connect();
await clients.gate.connect();
await clients.direct.query(
  'create table items (id int primary key, name text); create table log (note text)',
);
await clients.direct.query("insert into items select i, repeat('x', 50) from generate_series(1, 10000) i");

process.stdout.write('medians in ms               direct     gate    added\n');
for (const work of works) {
  const times = { direct: [] as number[], gate: [] as number[] };
  for (let round = 0; round < work.rounds; round++) {
    for (const way of round % 2 === 0 ? (['direct', 'gate'] as const) : (['gate', 'direct'] as const)) {
      times[way].push(await timed(() => work.run(clients[way], round)));
    }
  }
  show(work.name, times);
}
const times = { direct: [] as number[], gate: [] as number[] };
for (let round = 0; round < 30; round++) {
  times.direct.push(await timed(() => connectOnce(db.url)));
  times.gate.push(await timed(() => connectOnce(through)));
}
show('connect and leave', times);

await clients.direct.end();
await clients.gate.end();
await gate.close();
await db.stop();

async function connectOnce(url: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.end();
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function show(name: string, { direct, gate: gated }: { direct: number[]; gate: number[] }): void {
  const [plain, judged] = [median(direct), median(gated)];
  const numbers = [plain, judged, judged - plain].map((value) => value.toFixed(3).padStart(8));
  process.stdout.write(`${name.padEnd(26)} ${numbers.join(' ')}\n`);
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

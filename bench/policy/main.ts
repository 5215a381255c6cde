import assert from 'node:assert/strict';
import { preparsePolicySet, statefulIsAuthorized } from '@cedar-policy/cedar-wasm/nodejs';
import type { Known, RunContext } from '../../src/policy/action.ts';
import { decide } from '../../src/policy/decide.ts';
import { loadPolicy, type Policy } from '../../src/policy/parse.ts';
import type { Resolution } from '../../src/policy/verdict.ts';
import { type Asked, asked } from './actions.ts';
import { rulesOf } from './rules.ts';

/**
 * Decisions with 10 to 5,000 rules, beside Cedar with the same rules in the same run: round by round in turns, so
 * that whatever else the machine does falls on both. Before anything is timed both must flag by the same rules.
 */
const sizes = [10, 100, 1000, 5000];
const rounds = 60;
/** Decisions of one measurement, about as long for both. */
const repetitions = { ours: 50, cedar: 1 };

const run: RunContext = {
  event: 'pull_request',
  base: 'main',
  head: 'x',
  author: 'o',
  step: 'api',
  attempt: 1,
};

interface Engine {
  /** Ids of the rules that hold or deny. */
  flags(one: Asked): string[];
}

function ours(yaml: string): Engine {
  const policy = loaded(yaml);
  return {
    flags(one) {
      const facts = { relations: relationsOf(one) };
      const result = decide({ policy, action: one.ours, run, facts });
      if (result.kind === 'needs') throw new Error('relations were given');
      return result.verdict.decision === 'allow' ? [] : result.verdict.rules.map((rule) => rule.id);
    },
  };
}

function loaded(yaml: string): Policy {
  const source = { from: 'base', branch: 'main', file: 'bench.yml', commit: null, blob: '' } as const;
  const result = loadPolicy([{ text: yaml, source }]);
  if (!result.ok) throw new Error(JSON.stringify(result.problems[0]));
  return result.policy;
}

/** As the session would resolve them. */
function relationsOf({ ours: action }: Asked): Known<readonly Resolution[]> {
  const tables = action.kind === 'sql' ? action.analysis.operations.flatMap((one) => one.tables) : [];
  return { known: true, value: tables.map(({ name }) => ({ schema: 'public', name })) };
}

function cedar(policies: Readonly<Record<string, string>>, name: string): Engine {
  const parsed = preparsePolicySet(name, { staticPolicies: { ...policies } });
  if (parsed.type === 'failure') throw new Error(parsed.errors[0]?.message);
  return {
    flags({ cedar: call }) {
      const answer = statefulIsAuthorized({ ...call, entities: [], preparsedPolicySetId: name });
      if (answer.type === 'failure') throw new Error(answer.errors[0]?.message);
      return answer.response.decision === 'allow' ? [] : answer.response.diagnostics.reason;
    },
  };
}

/** Microseconds of one decision. */
function timed(engine: Engine, times: number): number {
  const start = performance.now();
  for (let time = 0; time < times; time++) for (const one of asked) engine.flags(one);
  return ((performance.now() - start) * 1000) / (times * asked.length);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function perSecond(micros: number): string {
  return Math.round(1e6 / micros).toLocaleString('en');
}

// the compiler of the machine warms up on a policy that is not measured
const warm = ours(rulesOf(20).yaml);
for (let time = 0; time < 100; time++) timed(warm, repetitions.ours);

const medians = new Map<number, number>();
process.stdout.write(
  'median of one decision      ours              Cedar       Cedar/ours   load ms, ours and Cedar\n',
);
for (const size of sizes) {
  const rules = rulesOf(size);
  const begun = performance.now();
  const own = ours(rules.yaml);
  const between = performance.now();
  const other = cedar(rules.cedar, `bench${size}`);
  const loads = [between - begun, performance.now() - between];
  for (const one of asked) assert.deepEqual(own.flags(one).sort(), other.flags(one).sort(), one.name);
  for (let time = 0; time < 10; time++) timed(own, repetitions.ours);
  timed(other, repetitions.cedar);
  const times = { ours: [] as number[], cedar: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    const turns = [
      () => times.ours.push(timed(own, repetitions.ours)),
      () => times.cedar.push(timed(other, repetitions.cedar)),
    ];
    for (const turn of round % 2 === 0 ? turns : turns.toReversed()) turn();
  }
  const [mine, theirs] = [median(times.ours), median(times.cedar)];
  medians.set(size, mine);
  process.stdout.write(
    `${`${size} rules`.padStart(11)} ${`${mine.toFixed(2)} µs`.padStart(12)} ${`${perSecond(mine)}/s`.padStart(11)} ${`${theirs.toFixed(1)} µs`.padStart(11)} ${`${perSecond(theirs)}/s`.padStart(9)} ${(theirs / mine).toFixed(1).padStart(10)} ${loads
      .map((load) => load.toFixed(0))
      .join(', ')
      .padStart(14)}\n`,
  );
}

const growth = (medians.get(5000) ?? Number.NaN) / (medians.get(100) ?? Number.NaN);
const thousand = medians.get(1000) ?? Number.NaN;
const wanted = [
  {
    what: `from 100 to 5,000 rules the cost grows ${growth.toFixed(2)} times (wanted: below 3)`,
    met: growth < 3,
  },
  {
    what: `with 1,000 rules a decision takes ${thousand.toFixed(2)} µs (wanted: below 10)`,
    met: thousand < 10,
  },
];
for (const { what, met } of wanted) process.stdout.write(`${met ? 'met   ' : 'MISSED'} ${what}\n`);
if (wanted.some(({ met }) => !met)) process.exitCode = 1;

import type { RunContext } from '../policy/action.ts';
import type { Policy } from '../policy/parse.ts';
import type { Analyse } from '../policy/sql/analyse.ts';
import type { Verdict } from '../policy/verdict.ts';
import { actionOf, factsOf } from '../report/judge-again.ts';
import type { Recorded } from '../report/recorded-schema.ts';
import type { Report } from '../report/schema.ts';
import { judgeOffline, readBeside } from './offline.ts';

/** What a policy says of a recorded runtime action; `schema` is where unresolved names are, null for unknown. */
export function judgeRecorded(
  policy: Policy,
  report: Report,
  recorded: Recorded,
  analyse: Analyse,
  schema: string | null,
): Promise<Verdict> {
  const action = actionOf(recorded, analyse);
  return judgeOffline({
    policy,
    action,
    run: runOf(report, recorded.step),
    facts: factsOf(recorded, action, schema),
    // a check that asked the live target keeps what it found then
    known: ({ check }) => recorded.checks.find((entry) => entry.check === JSON.stringify(check)) ?? null,
    readFile: readBeside(process.cwd()),
    environment: null,
  });
}

/** A report does not say who the author is, what the head branch is called nor which labels there are. */
function runOf({ run, startedAt }: Report, step: string): RunContext {
  const { event, base, attempt } = run;
  return { event, base, head: null, author: null, step, attempt, now: Date.parse(startedAt) };
}

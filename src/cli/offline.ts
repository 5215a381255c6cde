import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { checkExpression } from '../checks/expression.ts';
import type { ReadFile } from '../checks/finding.ts';
import { noPorts } from '../checks/ports.ts';
import { checkSchema } from '../checks/schema.ts';
import { checkScript } from '../checks/script/script.ts';
import { messageOf } from '../errors.ts';
import type { RunContext, RuntimeAction } from '../policy/action.ts';
import { conclude, decide } from '../policy/decide.ts';
import type { Policy } from '../policy/parse.ts';
import type { CheckRequest, CheckResult, Facts, Verdict } from '../policy/verdict.ts';

export interface OfflineQuestion {
  readonly policy: Policy;
  readonly action: RuntimeAction;
  readonly run: RunContext;
  readonly facts: Facts;
  /** What is known of checks that need the live target; null where nothing is. */
  readonly known: (request: CheckRequest) => Omit<CheckResult, 'request'> | null;
  readonly readFile: ReadFile;
  /** From which scripts get the variables that the policy names; null where no script may run. */
  readonly environment: Readonly<Record<string, string | undefined>> | null;
}

/** The verdict without gates and targets. What only those could tell is unknown, and so holds. */
export async function judgeOffline(question: OfflineQuestion): Promise<Verdict> {
  const { policy, action, run, facts, known } = question;
  const all: Required<Facts> = {
    relations: { known: false, why: 'names are resolved by the session, which is not here' },
    estimatedRows: { known: false, why: 'rows are estimated by the target, which is not here' },
    changedFiles: { known: false, why: 'the pull request is not asked here' },
    ...facts,
  };
  const decided = decide({ policy, action, run, facts: all });
  if (decided.kind === 'needs') throw new Error(`the policy needs ${decided.facts.join(', ')}`);
  const { verdict } = decided;
  if (verdict.decision === 'deny' || verdict.checks.length === 0) return verdict;
  const results = await Promise.all(
    verdict.checks.map(async (request): Promise<CheckResult> => {
      return { request, ...(known(request) ?? (await checkHere(request, question, all))) };
    }),
  );
  return conclude(verdict, results);
}

async function checkHere(
  { check }: CheckRequest,
  { action, run, readFile: read, environment }: OfflineQuestion,
  facts: Facts,
): Promise<Omit<CheckResult, 'request'>> {
  try {
    if (check.type === 'expression') {
      return await checkExpression(check.source, action, run, { ...noPorts, facts: async () => facts });
    }
    if (check.type === 'schema') return await checkSchema(check.file, action, read);
    if (check.type === 'script') {
      return environment === null ? isCode : await checkScript(check, action, run, read, environment);
    }
  } catch (thrown) {
    return { outcome: 'unknown', expected: 'a check that runs', met: messageOf(thrown) };
  }
  return needsTarget;
}

const isCode: Omit<CheckResult, 'request'> = {
  outcome: 'unknown',
  expected: 'a script that runs',
  met: 'code is not run for a recorded runtime action',
};

const needsTarget: Omit<CheckResult, 'request'> = {
  outcome: 'unknown',
  expected: 'a look at the live target',
  met: 'there is none here',
};

/** Reads what a policy names relative to the repository. */
export function readBeside(folder: string): ReadFile {
  return async (file) => {
    try {
      return { known: true, value: await readFile(path.resolve(folder, file), 'utf8') };
    } catch (thrown) {
      return { known: false, why: `${file} could not be read: ${messageOf(thrown)}` };
    }
  };
}

import pg from 'pg';
import { UniqueKeys } from '../../../src/checks/unique/unique.ts';
import type { Judge } from '../../../src/policy/judge.ts';
import { createJudge } from '../../../src/suite/judge.ts';
import { Recorder } from '../../../src/suite/recorder.ts';
import { type Fixture, openFixture } from '../../gates/postgres/fixture.ts';
import { policy, run } from '../../policy/actions.ts';

/** The run's own judge with a policy of one unique rule, and a gate before a real PostgreSQL. */
export interface UniqueFixture extends Fixture {
  readonly keys: UniqueKeys;
}

export function judgeOf(rules: string, keys: UniqueKeys): Judge {
  return createJudge({
    policy: policy(rules),
    grants: { find: async () => ({ kind: 'none', problem: null }) },
    recorder: new Recorder(),
    run: () => run,
    readFile: async () => ({ known: false, why: 'there is none' }),
    secrets: [],
    now: () => 0,
    approveHint: (id) => `/approve ${id}`,
    onFlagged: () => {},
    keys,
  });
}

export async function openUnique(rules: string, patienceMs = 5000): Promise<UniqueFixture> {
  const keys = new UniqueKeys(patienceMs);
  const fixture = await openFixture({ judge: judgeOf(rules, keys) });
  return Object.assign(fixture, { keys });
}

/** How a statement ended: `ok`, or the SQLSTATE. A duplicate has one name, whoever found it. */
export async function ended(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'ok';
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    if (error.code === '23505' || error.code === 'JA002') return 'duplicate';
    return error.code === 'JA001' ? `held: ${error.detail}` : (error.code ?? '');
  }
}

import type { Known } from '../policy/action.ts';
import type { CheckResult } from '../policy/verdict.ts';

/** Reads a file of the commit that the policy came from. */
export type ReadFile = (file: string) => Promise<Known<string>>;

/** What a check found, without the request that asked for it. */
export type Finding = Omit<CheckResult, 'request'>;

export const passed: Finding = { outcome: 'passed', expected: '', met: '' };

import type { Logger } from 'probot';
import type { Desk } from '../../../src/app/desk.ts';
import { memoryLedger } from '../../../src/ledger/memory.ts';

const silent = () => {};

/** A log that says nothing. */
export const quiet: Logger = Object.assign(Object.create(null), {
  fatal: silent,
  error: silent,
  warn: silent,
  info: silent,
  debug: silent,
  trace: silent,
  child: () => quiet,
});

/** A desk for handlers and the worker, with what a test needs in the place of the rest. */
export function deskWith(over: Partial<Desk> = {}): Desk {
  return {
    ledger: memoryLedger(),
    appId: 99,
    githubHost: 'github.com',
    log: quiet,
    metrics: { decision: silent, delivery: silent, holds: silent, reconciled: silent, streams: silent },
    github: () => Promise.reject(new Error('this test asks no GitHub')),
    isOurs: () => false,
    wake: () => {},
    now: () => 0,
    sleep: async () => {},
    ...over,
  };
}

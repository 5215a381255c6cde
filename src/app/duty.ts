import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { pid } from 'node:process';
import { messageOf } from '../errors.ts';
import type { Desk } from './desk.ts';

/** What one process at a time does, of all that share a ledger. */
export interface Duty {
  /**
   * Takes it, or keeps it for another lease. False while another has it, and once the ledger has not answered for
   * as long as a lease.
   */
  ask(): Promise<boolean>;
  /** Whether it is ours, as far as the last answer says. */
  mine(): boolean;
  leave(): Promise<void>;
}

/** Whoever has it must ask again within `ms`. Leaving it lets another have it at once. */
export function keepDuty({ ledger, log }: Pick<Desk, 'ledger' | 'log'>, name: string, ms: number): Duty {
  const holder = `${hostname()}/${pid}/${randomBytes(4).toString('hex')}`;
  let until = Number.NEGATIVE_INFINITY;
  return {
    async ask() {
      const asked = performance.now();
      try {
        until = (await ledger.takeDuty(name, { holder, ms })) ? asked + ms : Number.NEGATIVE_INFINITY;
      } catch (thrown) {
        log.warn({ err: thrown }, `duty ${name}: ${messageOf(thrown)}`);
      }
      return performance.now() < until;
    },
    mine: () => performance.now() < until,
    async leave() {
      until = Number.NEGATIVE_INFINITY;
      await ledger
        .leaveDuty(name, holder)
        .catch((thrown) => log.warn({ err: thrown }, `duty ${name} is left when its lease ends`));
    },
  };
}

import type { Defence } from './defence.ts';

const two = 'test/attacks/two-replicas.test.ts';
const ledger = 'test/ledger/postgres.test.ts';

/** S14 over several processes: what PostgreSQL keeps apart. */
export const replicas: readonly Defence[] = [
  {
    attack: 'S14',
    defence: 'one replica at a time has a pull request',
    file: 'src/ledger/postgres-queue.ts',
    before: '             AND (lease_until IS NULL OR lease_until <= clock_timestamp())\n',
    after: '',
    falls: { [two]: 'count two people at the same moment as two, told ' },
  },
  {
    attack: 'S14',
    defence: 'what another replica is taking is skipped',
    file: 'src/ledger/postgres-queue.ts',
    before: '           FOR UPDATE SKIP LOCKED)',
    after: '           )',
    falls: { [ledger]: 'replicas that take at once take different pull requests' },
  },
  {
    attack: 'S14',
    defence: 'one replica at a time writes the next link of a chain',
    file: 'src/ledger/postgres-recording.ts',
    before: 'WHERE repository = $1 FOR UPDATE',
    after: 'WHERE repository = $1',
    falls: { [ledger]: 'replicas that write to one repository at once never fork its chain' },
  },
  {
    attack: 'S14',
    defence: 'an approval for one run is spent by it, whichever replica looks',
    file: 'src/approval/uses.ts',
    before: "if (!requirements.some((requirement) => requirement.uses === 'once')) return approvals;",
    after: 'return approvals;',
    falls: { [two]: 'see an approval for one run used once, and claimed again by the run that follows' },
  },
  {
    attack: 'S14',
    defence: 'one person counts once, by whichever replica',
    file: 'src/approval/quorum.ts',
    before: 'return [...people.values()];',
    after: 'return votes;',
    falls: { [two]: 'count one person once who clicks and writes at the same moment' },
  },
];

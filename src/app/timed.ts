import type { Desk } from './desk.ts';
import { anew } from './log.ts';
import type { Reconcile } from './worker.ts';

/** Reconciliation that is measured, and whose lines in the log name the pull request. */
export function timed(reconcile: Reconcile, { metrics, log }: Pick<Desk, 'metrics' | 'log'>): Reconcile {
  return (key, installation, held) =>
    anew({ pull: `${key.repository}#${key.number}` }, async () => {
      const begun = performance.now();
      let outcome: 'done' | 'failed' = 'failed';
      try {
        const next = await reconcile(key, installation, held);
        outcome = 'done';
        return next;
      } finally {
        const ms = performance.now() - begun;
        metrics.reconciled(outcome, ms / 1000);
        log.info({ outcome, ms: Math.round(ms) }, 'reconciled');
      }
    });
}

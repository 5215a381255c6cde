import type { SqlAnalysis, SqlEffect } from '../../policy/action.ts';
import type { TransactionEvent } from '../../policy/judge.ts';

const named: Readonly<
  Partial<Record<SqlEffect['effect'], Extract<TransactionEvent, { alone: boolean }>['event']>>
> = {
  savepoint: 'savepoint',
  release: 'released',
  'rollback-to': 'rolled-back-to',
  'prepare-transaction': 'prepared',
  'end-prepared': 'prepared-ended',
};

/**
 * What a text that the server has carried out did to the session's transaction. COMMIT and ROLLBACK among
 * other statements are left to the server's next word that no transaction is open.
 */
export function transactionEvents(effects: SqlAnalysis): TransactionEvent[] {
  const alone = effects.statements === 1;
  return effects.effects.flatMap((effect): TransactionEvent[] => {
    if (effect.effect === 'commit') return alone ? [{ event: 'ended' }] : [];
    if (effect.effect === 'rollback') return alone ? [{ event: 'ended', undone: true }] : [];
    const event = named[effect.effect];
    if (event === undefined || !('name' in effect) || effect.name === null) return [];
    return [{ event, name: effect.name, alone }];
  });
}

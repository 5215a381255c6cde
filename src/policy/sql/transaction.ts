import type { SqlEffect } from '../action.ts';
import type { SqlNode } from './parser.ts';
import { textOf } from './tree.ts';
import { operation, type Walk } from './walk.ts';

export function transaction(walk: Walk, node: SqlNode): void {
  walk.operations.push(operation('transaction'));
  const name = textOf(node.savepoint_name) ?? '';
  walk.effects.push(...effectsOf(textOf(node.kind) ?? '', name, textOf(node.gid) ?? ''));
  if (node.chain === true) walk.effects.push({ effect: 'begin' });
}

function effectsOf(kind: string, name: string, gid: string): SqlEffect[] {
  switch (kind) {
    case 'TRANS_STMT_BEGIN':
    case 'TRANS_STMT_START':
      return [{ effect: 'begin' }];
    case 'TRANS_STMT_COMMIT':
      return [{ effect: 'commit' }];
    case 'TRANS_STMT_ROLLBACK':
      return [{ effect: 'rollback' }];
    case 'TRANS_STMT_SAVEPOINT':
      return [{ effect: 'savepoint', name }];
    case 'TRANS_STMT_RELEASE':
      return [{ effect: 'release', name }];
    case 'TRANS_STMT_ROLLBACK_TO':
      return [{ effect: 'rollback-to', name }];
    case 'TRANS_STMT_PREPARE':
      return [{ effect: 'prepare-transaction', name: gid }];
    case 'TRANS_STMT_COMMIT_PREPARED':
    case 'TRANS_STMT_ROLLBACK_PREPARED':
      return [{ effect: 'end-prepared', name: gid }];
    default:
      return [];
  }
}

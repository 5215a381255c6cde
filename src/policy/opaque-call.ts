import type { RuntimeAction } from './action.ts';
import { fullName } from './name-pattern.ts';
import type { Policy } from './parse.ts';
import { type Answer, no, unknown, yes } from './three-valued.ts';

/**
 * The built-in rule `opaque-call`: user functions, DO and CALL are held on a target that lives on, unless the
 * target's `functions` names them as they are written. What is not understood of a statement may call anything.
 */
export function opaqueCall(policy: Policy, action: RuntimeAction): Answer {
  if (action.kind !== 'sql') return no('it is about sql');
  if (action.target.disposable) return no(`${action.target.name} is disposable`);
  const target = Object.hasOwn(policy.targets, action.target.name)
    ? policy.targets[action.target.name]
    : undefined;
  const released = target !== undefined && 'postgres' in target ? target.functions : [];
  const called = action.analysis.operations.flatMap(({ operation, function: name }) => {
    if (operation !== 'call') return [];
    const written = name === null ? 'code in the statement' : fullName(name);
    return released.includes(written) ? [] : [written];
  });
  if (called.length > 0) return yes(`calls ${[...new Set(called)].join(', ')}`);
  const why = action.analysis.unknown;
  return why.length > 0 ? unknown(why.join('; ')) : no('it calls no user function');
}

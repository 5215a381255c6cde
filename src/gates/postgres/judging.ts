import type { Origin, SqlAction, Target } from '../../policy/action.ts';
import type { Judge, Ruling } from '../../policy/judge.ts';
import { setsRole } from './following.ts';
import type { Knowledge } from './knowledge.ts';
import type { Plan } from './plan.ts';
import { withUnknown } from './text.ts';

/** Asks the judge about a statement of one session. */
export type AskJudge = (plan: Plan) => Promise<Ruling>;

/** `caused`: where the client said that this statement comes from. */
export function askJudge(
  judge: Judge,
  target: Target,
  knowledge: Knowledge,
  caused: (statement: string) => Origin | null,
): AskJudge {
  return async (plan) => {
    const origin = caused(plan.statement);
    const role = await knowledge.role();
    const changes =
      plan.effects.statements > 1 && (setsRole(plan.effects) || knowledge.takesRoleBack(plan.effects));
    const action: SqlAction = {
      kind: 'sql',
      target,
      origin,
      statement: plan.statement,
      params: plan.params,
      analysis: withUnknown(plan.analysis, [
        ...(role.known ? [] : [role.why]),
        ...(changes ? ['the text changes the role before its other statements run'] : []),
      ]),
      role: role.known ? role.value : '',
    };
    const { scope, close } = knowledge.scope(plan.effects);
    try {
      return await judge.judge(action, scope);
    } finally {
      close();
    }
  };
}

import * as z from 'zod';
import { messageOf } from '../errors.ts';
import type { Known, RuntimeAction, SqlVerb } from '../policy/action.ts';
import type { TransactionScope } from '../policy/judge.ts';

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Plan Rows': number;
  readonly Plans?: readonly PlanNode[] | undefined;
}

const nodeSchema: z.ZodType<PlanNode> = z.object({
  'Node Type': z.string(),
  'Plan Rows': z.number(),
  get Plans() {
    return z.array(nodeSchema).optional();
  },
});

const explainedSchema = z.array(z.object({ Plan: nodeSchema }));

/** EXPLAIN takes these; `lock` is FOR UPDATE, `call` a function in an expression. */
const explainable: ReadonlySet<SqlVerb> = new Set([
  'select',
  'insert',
  'update',
  'delete',
  'merge',
  'lock',
  'call',
]);

/**
 * How many rows the planner expects a statement to change or, where it changes none, to return: the largest
 * number among its operations. Cascades and triggers are in no plan.
 */
export async function estimatedRows(
  action: RuntimeAction,
  scope: TransactionScope | null,
): Promise<Known<number>> {
  const unknown = (why: string) => ({ known: false, why: `the rows were not estimated: ${why}` }) as const;
  if (action.kind !== 'sql') return unknown('it is no SQL statement');
  const { analysis, params, statement } = action;
  if (analysis.unknown.length > 0) return unknown(analysis.unknown.join('; '));
  if (analysis.statements !== 1) return unknown('there are several statements in one text');
  const other = analysis.operations.find(({ operation }) => !explainable.has(operation));
  if (other !== undefined) return unknown(`EXPLAIN does not take ${other.operation}`);
  if (scope === null) return unknown('the database cannot be asked here');
  const values: (string | null)[] = [];
  for (const [at, { value }] of params.entries()) {
    if (!value.known) return unknown(`parameter $${at + 1}: ${value.why}`);
    values.push(value.value);
  }
  // never ANALYZE: that would run it
  const rows = await scope.query(`EXPLAIN (FORMAT JSON) ${statement}`, values);
  if (!rows.known) return unknown(rows.why);
  try {
    const plans = explainedSchema.parse(JSON.parse(rows.value[0]?.[0] ?? ''));
    return { known: true, value: Math.max(0, ...plans.map(({ Plan }) => rowsOf(Plan))) };
  } catch (thrown) {
    return unknown(`the plan could not be read: ${messageOf(thrown)}`);
  }
}

function rowsOf(top: PlanNode): number {
  return Math.max(top['Plan Rows'], ...changesIn(top));
}

/** What goes into each ModifyTable; of the node itself the planner expects only what RETURNING gives. */
function changesIn(node: PlanNode): number[] {
  const below = node.Plans ?? [];
  const own =
    node['Node Type'] === 'ModifyTable' ? [below.reduce((sum, plan) => sum + plan['Plan Rows'], 0)] : [];
  return [...own, ...below.flatMap(changesIn)];
}

import type { Decision, Verdict } from '../policy/verdict.ts';
import { formLine } from './form-text.ts';
import type { Recorded } from './recorded-schema.ts';
import { columns, table, wrapped } from './table.ts';

/** A recorded runtime action that another policy decides differently. */
export interface Difference {
  readonly action: string;
  readonly kind: Recorded['form']['kind'];
  readonly target: string;
  readonly step: string;
  readonly was: Decision;
  readonly becomes: Decision;
  /** The rules that decide it now; where it becomes allowed, those that no longer do. */
  readonly rules: readonly string[];
  readonly reason: string;
  readonly unknown: readonly string[];
  /** Executions that this sample stands for. */
  readonly count: number;
}

export interface Replay {
  /** Recorded samples that were judged again. */
  readonly compared: number;
  readonly different: readonly Difference[];
  /** Executions of which the runs kept no sample. */
  readonly leftOut: number;
}

/** Null when it is decided alike. */
export function difference(recorded: Recorded, verdict: Verdict): Difference | null {
  if (recorded.decision === verdict.decision) return null;
  return {
    action: formLine(recorded.form, 300),
    kind: recorded.form.kind,
    target: recorded.target.name,
    step: recorded.step,
    was: recorded.decision,
    becomes: verdict.decision,
    rules: verdict.decision === 'allow' ? recorded.rules : verdict.rules.map((rule) => rule.id),
    reason: verdict.reason,
    unknown: verdict.unknown,
    count: recorded.count,
  };
}

const weight: Readonly<Record<Decision, number>> = { deny: 0, hold: 1, allow: 2 };

/** What becomes stricter first. */
export function replayOf(compared: number, different: readonly Difference[], leftOut: number): Replay {
  return {
    compared,
    different: [...different].sort((a, b) => weight[a.becomes] - weight[b.becomes] || b.count - a.count),
    leftOut,
  };
}

/** A table at 80 columns, and the reason below each row's first meeting. */
export function replayText(replay: Replay): string {
  const { compared, different, leftOut } = replay;
  const sum = `${different.length} of ${compared} recorded runtime ${compared === 1 ? 'action' : 'actions'} would be decided differently.`;
  const rest =
    leftOut === 0
      ? []
      : wrapped(`The runs kept no sample of ${leftOut} further executions; of these nothing is said.`, '');
  if (different.length === 0) return `${[sum, ...rest].join('\n')}\n`;
  const rows = different.map((one) => [one.was, one.becomes, `${one.count}×`, one.target, one.action]);
  const [head = '', ...body] = table(['was', 'becomes', 'count', 'target', 'runtime action'], rows);
  const lines = body.flatMap((row, index) => {
    const { rules = [], reason = '', becomes = 'hold' } = different[index] ?? {};
    const by = rules.join(', ') || 'no rule';
    return [row, ...wrapped(becomes === 'allow' ? `no longer by ${by}` : `${by}: ${reason}`, '           ')];
  });
  return `${[sum, '', head.slice(0, columns), ...lines, ...(rest.length > 0 ? ['', ...rest] : [])].join('\n')}\n`;
}

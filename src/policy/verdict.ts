import type { Known, TableName } from './action.ts';
import type { KeyPart } from './unique-key.ts';

/** What the policy says of one runtime action. Explains itself; every surface only renders it. */
export type Decision = 'allow' | 'hold' | 'deny';

/** A rule that spoke, by its content: an approval is bound to `digest`, so changing the rule makes it stale. */
export interface RuleRef {
  readonly id: string;
  /** SHA-256 (hex) over the rule's canonical content. */
  readonly digest: string;
  readonly effect: Decision;
  readonly reason: string;
  /** Policy file (relative to the repository) and line of the rule; null for built-in rules. */
  readonly at: { readonly file: string; readonly line: number } | null;
  /** Names of values that the rule leaves unbound (`varies`). */
  readonly varies: readonly string[];
  /** Names of headers that the rule reads: these are bound although other headers are not. */
  readonly headers: readonly string[];
  /** False when the rule says `identity: exact`: no offer of Approve varying. */
  readonly offersVarying: boolean;
  readonly waitMs: number | null;
  /** It reads `action.estimatedRows`, which an approval then binds. */
  readonly readsRows?: boolean;
  /** True when the rule says `remember: false`: no exception is proposed. */
  readonly forbidsRemember?: true;
}

/** A check that a matching rule asks for and that is not run yet. */
export interface CheckRequest {
  readonly rule: RuleRef;
  readonly otherwise: 'deny' | 'hold';
  readonly check: CheckSpec;
}

export type CheckSpec =
  | { readonly type: 'expression'; readonly source: string }
  | { readonly type: 'schema'; readonly file: string }
  | UniqueSpec
  | { readonly type: 'columns' }
  | ScriptSpec;

/** No two records with the same key, see src/checks/unique. */
export interface UniqueSpec {
  readonly type: 'unique';
  readonly key: readonly KeyPart[];
  /** The tables that the rule is about; null where it names none. */
  readonly tables: readonly string[] | null;
  readonly nullsDistinct: boolean;
}

/** Code in the repository that judges by itself. */
export interface ScriptSpec {
  readonly type: 'script';
  readonly file: string;
  /** Names of the variables that it sees. */
  readonly env: readonly string[];
  readonly timeoutMs: number;
  readonly memoryMb: number;
}

/** What a check found. `unknown` holds whatever `otherwise` says; `failed` does what `otherwise` says. */
export interface CheckResult {
  readonly request: CheckRequest;
  readonly outcome: 'passed' | 'failed' | 'unknown';
  /** For people: what was expected and what was met. Empty when passed. */
  readonly expected: string;
  readonly met: string;
}

export interface TraceEntry {
  readonly rule: string;
  readonly answer: 'yes' | 'no' | 'unknown';
  readonly why: string;
}

export interface Verdict {
  readonly decision: Decision;
  readonly reason: string;
  /** The rules that flagged it (hold, deny), or the allow rules that matched. Sorted by id. */
  readonly rules: readonly RuleRef[];
  readonly unknown: readonly string[];
  readonly checks: readonly CheckRequest[];
  readonly results: readonly CheckResult[];
  /** What every rule said, made when it is first read. */
  readonly trace: readonly TraceEntry[];
}

/** A relation as the session resolves it now; null when no such relation exists. */
export type Resolution = ResolvedRelation | null;

export interface ResolvedRelation extends TableName {
  /** A view or a foreign table: what is touched stands behind it, under a name that nobody wrote. */
  readonly standsForOthers?: true;
}

/** Facts that cost something; `decide` asks for those that a rule reads. */
export interface Facts {
  /** In the order of the action's operations and tables, flattened. */
  readonly relations?: Known<readonly Resolution[]>;
  /** How many rows the statement would change or return, by EXPLAIN. */
  readonly estimatedRows?: Known<number>;
  /** Paths that the pull request changes; of a renamed file both. */
  readonly changedFiles?: Known<readonly string[]>;
}

export type FactName = keyof Facts;

/** `decide` returns a verdict, or the facts that it lacks. */
export type DecideResult =
  | { readonly kind: 'verdict'; readonly verdict: Verdict }
  | { readonly kind: 'needs'; readonly facts: readonly FactName[] };

import { type ASTNode, Environment } from '@marcbachmann/cel-js';
import { RE2JS } from 're2js';
import { JitError, messageOf } from '../errors.ts';
import type { ActionKind } from './action.ts';
import { actionFields, runFields, targetFields } from './expression-fields.ts';
import { nearest } from './problem.ts';
import type { FactName } from './verdict.ts';

/**
 * CEL over `action`, `target` and `run`, type-checked when the policy is loaded. What is missing or goes wrong
 * at run time is unknown, never an exception and never false.
 */
export interface Expression {
  readonly source: string;
  /** Whether it reads `action.body`, which costs reading the body. */
  readonly readsBody: boolean;
  /** Names of headers that it reads, in lower case. */
  readonly headers: readonly string[];
  /** Whether it reads `action.estimatedRows`, which costs an EXPLAIN. */
  readonly readsRows: boolean;
  /** The longest paths of literal names that it reads, each as its steps: `action.body.amount`. */
  readonly paths: readonly (readonly string[])[];
  evaluate(context: ExpressionContext): Truth;
}

export type Truth = { readonly answer: 'yes' | 'no' } | { readonly answer: 'unknown'; readonly why: string };

/** Values as CEL has them; see expression-context.ts. */
export interface ExpressionContext {
  readonly variables: Readonly<Record<string, unknown>>;
  /** True when a list or text in it is too large for macros: then expressions with macros are unknown. */
  readonly large: boolean;
  /** The same of `run.changedFiles`, which makes unknown only what reads it. */
  readonly manyFiles: boolean;
  /** Facts that were read and are not there yet. */
  readonly lacks: ReadonlySet<FactName>;
}

/** An expression nests at most two macros; each further one would multiply the work. */
const maximumNesting = 2;
const macros: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);

/** Compiles and type-checks. Throws a JitError with the reason in words. */
export function compileExpression(source: string, kind: ActionKind): Expression {
  const environment = environmentFor(kind);
  checkFields(guarded(() => environment.parse(source)).ast, kind);
  const checked = guarded(() => environment.check(source));
  if (!checked.valid) throw fault(checked.error?.message ?? 'it cannot be checked');
  if (checked.type !== 'bool' && checked.type !== 'dyn') {
    throw fault(`it gives ${checked.type ?? 'no value'}, expected true or false`);
  }
  const run = guarded(() => environment.parse(source));
  const reads = inspect(run.ast);
  const paths = pathsIn(run.ast);
  const readsFiles = paths.some(
    ([group, field]) => group === 'run' && (field === undefined || field === 'changedFiles'),
  );
  return {
    source,
    ...reads,
    paths,
    evaluate(context) {
      if (reads.macros && (context.large || (readsFiles && context.manyFiles))) {
        return { answer: 'unknown', why: 'a list or text has more than 1000 elements, too many for a macro' };
      }
      try {
        const value: unknown = run(context.variables);
        if (typeof value === 'boolean') return { answer: value ? 'yes' : 'no' };
        return { answer: 'unknown', why: `"${source}" gave no boolean` };
      } catch (thrown) {
        return { answer: 'unknown', why: `"${source}": ${firstLine(messageOf(thrown))}` };
      }
    },
  };
}

/** Thrown for an expression that cannot be used; `allowed` says what can stand there instead. */
export class ExpressionFault extends JitError<'EXPRESSION'> {
  readonly allowed: string | null;

  constructor(why: string, allowed: string | null = null) {
    super('EXPRESSION', firstLine(why));
    this.allowed = allowed;
  }
}

/** The library names an unknown field, but neither whose it is nor what there is instead. */
function checkFields(node: ASTNode, kind: ActionKind): void {
  const groups = { action: actionFields[kind], target: targetFields, run: runFields };
  const [group, field] = node.op === '.' && node.args[0].op === 'id' ? [node.args[0].args, node.args[1]] : [];
  const fields = Object.entries(groups).find(([name]) => name === group)?.[1];
  if (fields !== undefined && field !== undefined && !Object.hasOwn(fields, field)) {
    const known = Object.keys(fields);
    const meant = nearest(field, known);
    const whose = group === 'action' ? `${kind} actions have` : `${group} has`;
    throw new ExpressionFault(
      `${whose} no field "${field}"${meant === null ? '' : `; did you mean "${meant}"?`}`,
      known.join(', '),
    );
  }
  for (const child of children(node)) checkFields(child, kind);
}

const patterns = new Map<string, RE2JS>();

/** RE2 runs in linear time; patterns are literals, compiled when the policy is loaded. */
function regex(text: string, pattern: string): boolean {
  const compiled = patterns.get(pattern);
  if (compiled === undefined) throw new Error('the pattern of regex() must be a literal');
  return compiled.matcher(text).find();
}

function environmentOf(kind: ActionKind): Environment {
  return new Environment({ limits: { maxAstNodes: 2000, maxDepth: 60 } })
    .registerVariable({ name: 'action', schema: actionFields[kind] })
    .registerVariable({ name: 'target', schema: targetFields })
    .registerVariable({ name: 'run', schema: runFields })
    .registerVariable('now', 'google.protobuf.Timestamp')
    .registerFunction('regex(string, string): bool', regex);
}

/** Made when the first expression of its kind is read: many a policy has none. */
const environments: Partial<Record<ActionKind, Environment>> = {};

function environmentFor(kind: ActionKind): Environment {
  environments[kind] ??= environmentOf(kind);
  return environments[kind];
}

interface Reads {
  readsBody: boolean;
  readsRows: boolean;
  macros: boolean;
  readonly headers: string[];
}

/** What an expression reads; refuses what could run for ever or cannot be bound. */
function inspect(ast: ASTNode): Reads {
  const reads: Reads = { readsBody: false, readsRows: false, macros: false, headers: [] };
  visit(ast, 0, reads);
  return reads;
}

function visit(node: ASTNode, nesting: number, reads: Reads): void {
  let depth = nesting;
  if (node.op === 'rcall' && macros.has(node.args[0])) {
    depth += 1;
    reads.macros = true;
    if (depth > maximumNesting)
      throw fault(`macros (${[...macros].join(', ')}) nest at most ${maximumNesting} deep`);
  }
  if ((node.op === 'rcall' || node.op === 'call') && node.args[0] === 'matches') {
    throw fault('matches() can backtrack for ever; write regex(text, "pattern")');
  }
  if (node.op === 'call' && node.args[0] === 'regex') compileRegex(node.args[1][1]);
  const field = actionField(node);
  if (field === 'body') reads.readsBody = true;
  if (field === 'estimatedRows') reads.readsRows = true;
  if (isAction(node)) throw fault('`action` is read field by field: action.FIELD');
  if (field === 'headers')
    throw fault('headers are read one by one, by a literal name: action.headers["x-name"]');
  const header = headerName(node);
  if (header !== null) {
    if (header !== header.toLowerCase())
      throw fault(`names of headers are in lower case: "${header.toLowerCase()}"`);
    reads.headers.push(header);
    return;
  }
  // the operand of `action.FIELD` was looked at here
  for (const child of field === null ? children(node) : []) visit(child, depth, reads);
}

function pathsIn(node: ASTNode): string[][] {
  const path = pathOf(node);
  if (path !== null) return [path];
  const all = children(node).flatMap(pathsIn);
  return [...new Map(all.map((one) => [one.join('\0'), one])).values()];
}

/** `run.step` and `action.headers["x-name"]`; null for what is no such path, or is a macro's own variable. */
function pathOf(node: ASTNode): string[] | null {
  if (node.op === 'id') return ['action', 'target', 'run', 'now'].includes(node.args) ? [node.args] : null;
  const [inner, name] =
    node.op === '.'
      ? [node.args[0], node.args[1]]
      : node.op === '[]'
        ? [node.args[0], literal(node.args[1])]
        : [null, null];
  const above = inner === null || name === null ? null : pathOf(inner);
  return above === null || name === null ? null : [...above, name];
}

function compileRegex(pattern: ASTNode | undefined): void {
  if (pattern?.op !== 'value' || typeof pattern.args !== 'string') {
    throw fault('the pattern of regex() must be a literal text');
  }
  const source = pattern.args;
  patterns.set(
    source,
    guarded(() => RE2JS.compile(source)),
  );
}

/** `action.FIELD` or `action["FIELD"]`. */
function actionField(node: ASTNode): string | null {
  if (node.op === '.' && isAction(node.args[0])) return node.args[1];
  if (node.op === '[]' && isAction(node.args[0])) return literal(node.args[1]) ?? 'headers';
  return null;
}

/** `action.headers["NAME"]` or `action.headers.NAME`. */
function headerName(node: ASTNode): string | null {
  if (node.op === '[]' && actionField(node.args[0]) === 'headers') return literal(node.args[1]);
  if (node.op === '.' && actionField(node.args[0]) === 'headers') return node.args[1];
  return null;
}

function isAction(node: ASTNode): boolean {
  return node.op === 'id' && node.args === 'action';
}

function literal(node: ASTNode): string | null {
  return node.op === 'value' && typeof node.args === 'string' ? node.args : null;
}

function children(node: ASTNode): ASTNode[] {
  const found: ASTNode[] = [];
  const take = (value: unknown) => {
    if (Array.isArray(value)) for (const item of value) take(item);
    else if (isNode(value)) found.push(value);
  };
  take(node.args);
  return found;
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}

function guarded<T>(compile: () => T): T {
  try {
    return compile();
  } catch (thrown) {
    if (thrown instanceof JitError) throw thrown;
    throw fault(messageOf(thrown));
  }
}

function fault(why: string): ExpressionFault {
  return new ExpressionFault(why);
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}

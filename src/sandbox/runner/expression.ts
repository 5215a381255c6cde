import { data, Evaluator, Lexer, Parser } from '@actions/expressions';
import {
  Binary,
  ContextAccess,
  type Expr,
  FunctionCall,
  Grouping,
  IndexAccess,
  Logical,
  Unary,
} from '@actions/expressions/ast';
import type { FunctionDefinition } from '@actions/expressions/funcs/info';
import { truthy } from '@actions/expressions/result';
import { hashFiles } from './hash-files.ts';

/** What an expression may read at one place of a workflow. */
export interface ExpressionScope {
  /** Contexts by name. A name that is not here is an error, as on GitHub. */
  readonly contexts: Readonly<Record<string, unknown>>;
  readonly status: { readonly success: boolean; readonly failure: boolean; readonly cancelled: boolean };
  /** Folder of hashFiles(); null where the function is not available. */
  readonly workspace: string | null;
}

/** Functions that turn off the implicit `success() &&` of an `if`. */
const statusFunctions = ['success', 'failure', 'always', 'cancelled'] as const;

/** Plain values as expression data; undefined becomes null. */
function toData(value: unknown): data.ExpressionData {
  if (value === null || value === undefined) return new data.Null();
  if (typeof value === 'string') return new data.StringData(value);
  if (typeof value === 'number') return new data.NumberData(value);
  if (typeof value === 'boolean') return new data.BooleanData(value);
  if (Array.isArray(value)) {
    const list = new data.Array();
    for (const item of value) list.add(toData(item));
    return list;
  }
  const dictionary = new data.Dictionary();
  for (const [key, item] of Object.entries(value)) dictionary.add(key, toData(item));
  return dictionary;
}

function fromData(value: data.ExpressionData): unknown {
  return JSON.parse(JSON.stringify(value, data.replacer));
}

function definition(name: string, arity: [number, number], call: FunctionDefinition['call']) {
  return { name, minArgs: arity[0], maxArgs: arity[1], call };
}

function functionsOf(scope: ExpressionScope): readonly FunctionDefinition[] {
  const { status, workspace } = scope;
  const answers = {
    success: status.success,
    failure: status.failure,
    always: true,
    cancelled: status.cancelled,
  };
  const functions = statusFunctions.map((name) =>
    definition(name, [0, 255], () => new data.BooleanData(answers[name])),
  );
  if (workspace !== null) {
    const hash = (...patterns: data.ExpressionData[]) =>
      new data.StringData(
        hashFiles(
          workspace,
          patterns.map((pattern) => pattern.coerceString()),
        ),
      );
    functions.push(definition('hashfiles', [1, 255], hash));
  }
  return functions;
}

function parse(text: string, scope: ExpressionScope, functions: readonly FunctionDefinition[]): Expr {
  return new Parser(new Lexer(text).lex().tokens, Object.keys(scope.contexts), [...functions]).parse();
}

interface Names {
  readonly contexts: Set<string>;
  readonly functions: Set<string>;
}

function collect(node: Expr | undefined, names: Names): void {
  if (node instanceof ContextAccess) names.contexts.add(node.name.lexeme.toLowerCase());
  else if (node instanceof FunctionCall) {
    names.functions.add(node.functionName.lexeme.toLowerCase());
    for (const argument of node.args) collect(argument, names);
  } else if (node instanceof Logical) for (const argument of node.args) collect(argument, names);
  else if (node instanceof Unary) collect(node.expr, names);
  else if (node instanceof Grouping) collect(node.group, names);
  else if (node instanceof Binary) {
    collect(node.left, names);
    collect(node.right, names);
  } else if (node instanceof IndexAccess) {
    collect(node.expr, names);
    collect(node.index, names);
  }
}

function evaluate(text: string, scope: ExpressionScope, implicitSuccess = false): data.ExpressionData {
  const functions = functionsOf(scope);
  const tree: Expr | undefined = parse(text, scope, functions);
  if (tree === undefined) return new data.Null();
  const names: Names = { contexts: new Set(), functions: new Set() };
  collect(tree, names);
  if (
    implicitSuccess &&
    !statusFunctions.some((name) => names.functions.has(name)) &&
    !scope.status.success
  ) {
    return new data.BooleanData(false);
  }
  const context = new data.Dictionary();
  for (const [name, value] of Object.entries(scope.contexts)) {
    if (names.contexts.has(name.toLowerCase())) context.add(name, toData(value));
  }
  return new Evaluator(tree, context, new Map(functions.map((each) => [each.name, each]))).evaluate();
}

type Part = { readonly text: string } | { readonly expression: string };

/** Cuts a template at `${{ }}`; a `}}` inside a quoted string does not close. */
function parts(template: string): readonly Part[] {
  const found: Part[] = [];
  let rest = template;
  for (;;) {
    const start = rest.indexOf('${{');
    if (start < 0) break;
    const inside = /^(?:'(?:[^']|'')*'|[^'])*?\}\}/.exec(rest.slice(start + 3));
    if (inside === null) throw new Error(`The expression is not closed: ${rest.slice(start)}`);
    if (start > 0) found.push({ text: rest.slice(0, start) });
    found.push({ expression: inside[0].slice(0, -2).trim() });
    rest = rest.slice(start + 3 + inside[0].length);
  }
  if (rest !== '') found.push({ text: rest });
  return found;
}

/** The value of a string with `${{ }}`: of its own type when it is one expression, else text. */
function valueOfTemplate(template: string, scope: ExpressionScope): data.ExpressionData {
  const pieces = parts(template);
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined && 'expression' in only)
    return evaluate(only.expression, scope);
  const texts = pieces.map((piece) =>
    'text' in piece ? piece.text : evaluate(piece.expression, scope).coerceString(),
  );
  return new data.StringData(texts.join(''));
}

/** A scalar of a workflow as text. */
export function interpolate(value: unknown, scope: ExpressionScope): string {
  return typeof value === 'string'
    ? valueOfTemplate(value, scope).coerceString()
    : toData(value).coerceString();
}

/** A part of a workflow with all its expressions evaluated, mappings and lists included. */
export function resolve(value: unknown, scope: ExpressionScope): unknown {
  if (typeof value === 'string') return fromData(valueOfTemplate(value, scope));
  if (Array.isArray(value)) return value.map((item) => resolve(item, scope));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item, scope)]));
}

export function resolveBoolean(value: boolean | string | undefined, scope: ExpressionScope): boolean {
  return value === undefined ? false : resolve(value, scope) === true;
}

export function resolveNumber(value: number | string | undefined, scope: ExpressionScope): number | null {
  if (value === undefined) return null;
  const number = Number(resolve(value, scope));
  return Number.isFinite(number) && number > 0 ? number : null;
}

/** A mapping of texts: `env`, `with`, `outputs`. */
export function resolveTexts(value: unknown, scope: ExpressionScope): Record<string, string> {
  const mapping = typeof value === 'string' ? resolve(value, scope) : (value ?? {});
  if (typeof mapping !== 'object' || mapping === null) return {};
  return Object.fromEntries(Object.entries(mapping).map(([key, item]) => [key, interpolate(item, scope)]));
}

/** An `if`, with or without `${{ }}`; `success()` is implied unless it names a status function. */
export function holds(condition: string | boolean | number | undefined, scope: ExpressionScope): boolean {
  const text = String(condition ?? '').trim();
  if (text === '') return scope.status.success;
  const pieces = text.includes('${{') ? parts(text) : [{ expression: text }];
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined && 'expression' in only) {
    return truthy(evaluate(only.expression, scope, true));
  }
  return scope.status.success && truthy(valueOfTemplate(text, scope));
}

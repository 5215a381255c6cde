import type {
  CallAction,
  CommandAction,
  HttpAction,
  Json,
  RunContext,
  RuntimeAction,
  SqlAction,
  SqlParam,
  Target,
} from '../../src/policy/action.ts';
import { decide } from '../../src/policy/decide.ts';
import { loadPolicy, type Policy, type PolicyText } from '../../src/policy/parse.ts';
import type { Facts, Resolution, Verdict } from '../../src/policy/verdict.ts';
import { analyse } from './sql/analyser.ts';

/** Runtime actions and policies as tests need them: short to write, whole in content. */

export const database: Target = {
  name: 'staging-db',
  kind: 'postgres',
  declared: true,
  disposable: false,
  identity: 'db.example:5432/app',
  host: 'db.example',
  port: 5432,
  database: 'app',
};

export function sql(
  statement: string,
  params: readonly SqlParam[] = [],
  target: Target = database,
): SqlAction {
  return { kind: 'sql', target, origin: null, statement, params, analysis: analyse(statement), role: 'app' };
}

export function param(value: string | null, oid = 0): SqlParam {
  return { oid, value: { known: true, value }, hex: null };
}

export function http(method: string, url: string, body: Json = null): HttpAction {
  const { hostname, port, pathname, searchParams } = new URL(url);
  return {
    kind: 'http',
    target: { ...database, name: hostname, host: hostname, kind: 'http', declared: false, database: null },
    origin: null,
    method: { known: true, value: method },
    scheme: 'https',
    host: hostname,
    port: Number(port || 443),
    path: { known: true, value: pathname },
    query: { known: true, value: [...searchParams] },
    headers: {},
    contentType: null,
    body: { known: true, value: body },
    bodyDigest: null,
  };
}

/** What a TLS tunnel shows: host and port. */
export function tunnel(host: string): HttpAction {
  const hidden = { known: false, why: 'a TLS tunnel hides it' } as const;
  return { ...http('GET', `https://${host}/`), method: hidden, path: hidden, query: hidden, body: hidden };
}

export function command(...argv: string[]): CommandAction {
  const target: Target = {
    ...database,
    name: 'command',
    kind: 'command',
    host: null,
    port: null,
    database: null,
  };
  return { kind: 'command', target, origin: null, name: 'command', argv, cwd: '.' };
}

export function call(name: string, params: Json): CallAction {
  const target: Target = { ...database, name: 'mail', kind: 'call', host: null, port: null, database: null };
  return { kind: 'call', target, origin: null, name, params: { known: true, value: params } };
}

export const run: RunContext = {
  event: 'pull_request',
  base: 'main',
  head: 'topic',
  author: 'octocat',
  step: 'api',
  attempt: 1,
};

export function text(yaml: string, from: PolicyText['source']['from'] = 'base'): PolicyText {
  return {
    text: yaml,
    source: { from, branch: 'main', file: 'jit.yml', commit: null, blob: '0'.repeat(40) },
  };
}

const targets = 'targets: { staging-db: { postgres: { env: DATABASE_URL }, disposable: false } }';

/** A policy of these rules (YAML list), with `default: allow` unless said otherwise. */
export function yamlOf(rules: string, fallback = 'allow'): string {
  return `version: 1\ndefault: ${fallback}\n${targets}\nrules:\n${rules}\n`;
}

export function policy(rules: string, fallback = 'allow'): Policy {
  return load(text(yamlOf(rules, fallback)));
}

export function load(...texts: PolicyText[]): Policy {
  const loaded = loadPolicy(texts);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems, null, 1));
  return loaded.policy;
}

/** The verdict; `relations` answers for names that the session must resolve. */
export function judge(
  using: Policy,
  action: RuntimeAction,
  relations: readonly Resolution[] | 'unknown' | null = null,
  context: RunContext = run,
): Verdict {
  const facts: Facts =
    relations === null
      ? {}
      : relations === 'unknown'
        ? { relations: { known: false, why: 'names cannot be resolved here' } }
        : { relations: { known: true, value: relations } };
  const result = decide({ policy: using, action, run: context, facts });
  if (result.kind === 'needs') throw new Error(`needs ${result.facts.join()}`);
  return result.verdict;
}

/** Shorthand: what becomes of a statement under these rules. */
export function decisionOn(rules: string, statement: string, fallback = 'allow'): string {
  return judge(policy(rules, fallback), sql(statement)).decision;
}

import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import { type Found, services } from '../policy/starter.ts';
import { scriptsOf, textOf } from './look-scripts.ts';

/** A variable that some file sets, with what its value begins with; values themselves are not kept. */
interface Variable {
  readonly name: string;
  readonly scheme: string;
}

const environmentFiles = /^\.env(\.(example|sample|template|test|ci|dist))?$|^env\.example$/;
/** Where Prisma, Drizzle and Knex say which database they use. */
const toolFiles = ['prisma/schema.prisma', 'schema.prisma', 'prisma.config.ts'].concat(
  ['drizzle.config', 'knexfile'].flatMap((name) => ['ts', 'js', 'mjs', 'cjs'].map((end) => `${name}.${end}`)),
);
const composeFiles = /^(docker-)?compose(\.[\w-]+)?\.ya?ml$/;

/** What a repository's own files say of the systems that its tests talk to. */
export async function lookAround(root: string): Promise<Found> {
  const names = await readdir(root).catch(() => []);
  const workflows = (await readdir(path.join(root, '.github/workflows')).catch(() => []))
    .filter((name) => /\.ya?ml$/.test(name))
    .sort();
  const texts = new Map<string, string>();
  const files = [
    ...names.filter((name) => environmentFiles.test(name) || composeFiles.test(name)).sort(),
    ...workflows.map((name) => path.join('.github/workflows', name)),
    ...toolFiles,
    'package.json',
  ];
  for (const file of files) texts.set(file, await textOf(path.join(root, file)));
  const variables = [...texts].flatMap(([file, text]) => variablesIn(file, text));
  const scripts = await scriptsOf(root);
  return { ...systemsIn(variables), scripts, workflows: workflowsThatTest(workflows, texts) };
}

function variablesIn(file: string, text: string): Variable[] {
  if (environmentFiles.test(path.basename(file))) return fromEnvironment(text);
  if (toolFiles.includes(file)) return fromTool(text);
  return file === 'package.json' ? fromScripts(text) : fromYaml(text);
}

function variable(name: string, value: string): Variable {
  return { name, scheme: /^([a-z][a-z0-9+.:-]*):\/\//i.exec(value)?.[1]?.toLowerCase() ?? '' };
}

function fromEnvironment(text: string): Variable[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const [, name, value = ''] = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*["']?(.*)$/.exec(line) ?? [];
    return name === undefined ? [] : [variable(name, value)];
  });
}

/** Variables that a tool's configuration reads, with the database that it names. */
function fromTool(text: string): Variable[] {
  const scheme = /postgres|['"]pg['"]/.test(text) ? 'postgresql' : (/mysql|mariadb/.exec(text)?.[0] ?? '');
  const read = text.matchAll(/\benv\(\s*["'](\w+)["']|process\.env(?:\.|\[["'])(\w+)/g);
  return [...read].flatMap(([, one, other]): Variable[] => {
    const name = one ?? other ?? '';
    return /(UR[LI]|DSN)$/.test(name) ? [{ name, scheme }] : [];
  });
}

/** Variables that a script sets before its command; in JSON its quotes are escaped. */
function fromScripts(text: string): Variable[] {
  const set = text.matchAll(/(?<![\w-])([A-Z][A-Z0-9_]*)=\\?["']?([^\s"'\\]*)/g);
  return [...set].map(([, name = '', value = '']) => variable(name, value));
}

/** Every `env` and `environment` of a compose file or workflow, wherever it stands. */
function fromYaml(text: string): Variable[] {
  try {
    const document: unknown = parse(text, { logLevel: 'silent', maxAliasCount: 100 });
    return inside(document, 0);
  } catch {
    // a file that is no YAML tells nothing; whoever uses it will say so
    return [];
  }
}

function inside(node: unknown, depth: number): Variable[] {
  if (typeof node !== 'object' || node === null || depth > 20) return [];
  if (Array.isArray(node)) return node.flatMap((item) => inside(item, depth + 1));
  return Object.entries(node).flatMap(([key, value]) =>
    key === 'env' || key === 'environment' ? assigned(value) : inside(value, depth + 1),
  );
}

function assigned(node: unknown): Variable[] {
  if (Array.isArray(node))
    return node.flatMap((item) => (typeof item === 'string' ? fromEnvironment(item) : []));
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([name, value]) =>
    /^[A-Za-z_]\w*$/.test(name) ? [variable(name, typeof value === 'string' ? value : '')] : [],
  );
}

function systemsIn(variables: readonly Variable[]): Omit<Found, 'scripts' | 'workflows'> {
  const schemes = new Map<string, string>();
  for (const { name, scheme } of variables) schemes.set(name, schemes.get(name) || scheme);
  const all = [...schemes].sort(([a], [b]) => (a < b ? -1 : 1));
  const known = (name: string) => Object.keys(services).find((prefix) => name.startsWith(`${prefix}_`));
  const postgres = all.filter(([name, scheme]) => isPostgres(name, scheme)).map(([name]) => name);
  const others = all.filter(
    ([name, scheme]) =>
      /^(mysql|mariadb|redis|rediss|mongodb|amqp|kafka)/.test(scheme) ||
      /^(REDIS|MYSQL|MONGO(DB)?|AMQP|KAFKA)_UR[LI]$/.test(name),
  );
  const http = all.filter(
    ([name, scheme]) =>
      known(name) === undefined &&
      (/^https?$/.test(scheme) || (scheme === '' && isElsewhere(name) && !postgres.includes(name))),
  );
  const named = [...new Set(all.flatMap(([name]) => known(name) ?? []))];
  return {
    postgres,
    split: schemes.has('PGHOST'),
    http: http.map(([name]) => name),
    services: named.flatMap((prefix) => services[prefix] ?? []),
    others: others.map(([name]) => name),
  };
}

/** A URL that only the runner knows: most often that of a service. */
function isElsewhere(name: string): boolean {
  return (
    /_URL$/.test(name) &&
    !/^(GITHUB|ACTIONS|CI|NPM|CODECOV|SENTRY|REDIS|MYSQL|MONGO(DB)?|AMQP|KAFKA)_/.test(name)
  );
}

function isPostgres(name: string, scheme: string): boolean {
  if (scheme !== '') return /^(jdbc:)?postgres(ql)?(\+\w+)?$/.test(scheme);
  return /^(\w+_)?(DATABASE|POSTGRES|PG)_?UR[LI]$/.test(name);
}

/** Those that already use the action, else those that look like running such a suite. */
function workflowsThatTest(names: readonly string[], texts: ReadonlyMap<string, string>): string[] {
  const holding = (pattern: RegExp) =>
    names.filter((name) => pattern.test(texts.get(path.join('.github/workflows', name)) ?? ''));
  const using = holding(/uses:\s*\S*jit-approval/);
  return using.length > 0 ? using : holding(/integration|e2e|image:\s*["']?postgres/i);
}

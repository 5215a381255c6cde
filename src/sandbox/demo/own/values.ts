import type { Policy } from '../../../policy/parse.ts';
import type { SandboxPostgres } from '../../postgres.ts';

/** A secret or variable that a workflow reads, and where its value comes from here. */
export interface Value {
  readonly context: 'secrets' | 'vars';
  readonly name: string;
  readonly from:
    | { readonly kind: 'environment'; readonly value: string }
    /** The demo's own PostgreSQL: what of it. */
    | { readonly kind: 'postgres'; readonly part: PostgresPart }
    /** The address of the demo's App. */
    | { readonly kind: 'app' }
    /** As on GitHub, empty. */
    | { readonly kind: 'nothing' };
}

type PostgresPart = 'url' | 'host' | 'port' | 'user' | 'password' | 'database';

/**
 * Every name once, in the order of the files. A variable of the environment wins; what the policy knows as a
 * PostgreSQL target, or as part of one, and is not set there, is the demo's own server.
 */
export function valuesOf(
  workflows: readonly string[],
  policy: Policy,
  environment: Readonly<Record<string, string | undefined>>,
): readonly Value[] {
  const parts = partsIn(policy);
  const names = workflows.flatMap((text) =>
    [...text.matchAll(/\b(secrets|vars)\.([A-Za-z_]\w*)/g)].map(([, context, name = '']) => ({
      context: context === 'secrets' ? ('secrets' as const) : ('vars' as const),
      name,
    })),
  );
  const distinct = new Map(names.map((each) => [`${each.context}.${each.name}`, each]));
  return [...distinct.values()]
    .filter(({ name }) => name.toUpperCase() !== 'GITHUB_TOKEN')
    .map((each): Value => {
      const value = environment[each.name] ?? '';
      const part = parts.get(each.name);
      if (value !== '') return { ...each, from: { kind: 'environment', value } };
      if (part !== undefined) return { ...each, from: { kind: 'postgres', part } };
      return { ...each, from: { kind: each.name === 'JIT_APPROVAL_URL' ? 'app' : 'nothing' } };
    });
}

function partsIn(policy: Policy): ReadonlyMap<string, PostgresPart> {
  const parts = new Map<string, PostgresPart>();
  for (const target of Object.values(policy.targets)) {
    if (!('postgres' in target)) continue;
    const { postgres } = target;
    if ('env' in postgres) parts.set(postgres.env, 'url');
    else {
      for (const part of ['host', 'port', 'user', 'password', 'database'] as const) {
        parts.set(postgres[part], part);
      }
    }
  }
  return parts;
}

/** Whether the demo has to start a PostgreSQL for them. */
export function wantsPostgres(values: readonly Value[]): boolean {
  return values.some(({ from }) => from.kind === 'postgres');
}

/** What the job reads; `postgres` and `appUrl` are what runs, or null. */
export function valueHere({ from }: Value, postgres: SandboxPostgres | null, appUrl: string | null): string {
  switch (from.kind) {
    case 'environment':
      return from.value;
    case 'postgres':
      return String(postgres?.[from.part] ?? '');
    case 'app':
      return appUrl ?? '';
    case 'nothing':
      return '';
  }
}

/** Where it comes from, without its value. */
export function valueLine({ context, name, from }: Value): string {
  const words = {
    environment: `$${name} of your environment: what is allowed reaches that system`,
    postgres: "the demo's own, empty PostgreSQL, as your environment has no such variable",
    app: "the demo's App",
    nothing: 'empty, as your environment has no such variable',
  };
  return `${context}.${name} is ${words[from.kind]}`;
}

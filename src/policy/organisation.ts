import type { PolicyText } from './parse.ts';
import type { PolicySpec } from './schema/policy.ts';
import type { RuleSpec } from './schema/rules.ts';

type Source = PolicyText['source'];

/** `acme/.github:jit-approval.yml`: no path of a repository has a colon there, so it is never taken for one. */
export function organisationFile(repository: string, path: string): string {
  return `${repository}:${path}`;
}

/** Repository and path of such a name; null for a file of the repository itself. */
export function readOrganisationFile(name: string): { repository: string; path: string } | null {
  const [, repository, path] = /^([^/:\s]+\/\.github):(.+)$/s.exec(name) ?? [];
  return repository === undefined || path === undefined ? null : { repository, path };
}

/** Files that an organisation's rule names are the organisation's own: a repository must not answer for them. */
export function organisationCheck(rule: RuleSpec, source: Source): RuleSpec {
  const own = source.from === 'organisation' ? readOrganisationFile(source.file) : null;
  if (own === null || rule.check === undefined) return rule;
  const file = (name: string): string => organisationFile(own.repository, name);
  const check = rule.check.map((one) => {
    if ('schema' in one) return { schema: file(one.schema) };
    if (!('script' in one)) return one;
    const { script } = one;
    return { script: typeof script === 'string' ? file(script) : { ...script, file: file(script.file) } };
  });
  return { ...rule, check };
}

/** What is not about judging: the base's words, where its organisation says nothing stricter. */
export function organisationWords(
  spec: PolicySpec,
  organisation: readonly PolicySpec[],
): { app: number | null; workflows: readonly string[]; unreported: 'pass' | 'block' } {
  const named = organisation.find(({ app }) => app !== undefined)?.app;
  return {
    // who may release is the organisation's to say, or a repository would bring an App of its own
    app: named ?? spec.app ?? null,
    workflows: [...new Set([...spec.workflows, ...organisation.flatMap(({ workflows }) => workflows)])],
    unreported: organisation.some(({ unreported }) => unreported === 'block') ? 'block' : spec.unreported,
  };
}

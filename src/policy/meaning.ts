import { maximumProblems, nearest, type Problem } from './problem.ts';
import { type Approvals, roles } from './schema/approvals.ts';
import type { PolicySpec } from './schema/policy.ts';
import type { MatcherSpec } from './schema/rules.ts';
import type { YamlFile } from './yaml-file.ts';

/** What a schema cannot say: ids that differ, names that exist. */
export function checkMeaning(
  spec: PolicySpec,
  file: YamlFile,
  /** Everything that is declared, also elsewhere; null where that cannot be known. */
  targets: PolicySpec['targets'] | null = spec.targets,
): Problem[] {
  return [
    ...duplicates(spec, file),
    ...(targets === null ? [] : unknownTargets({ ...spec, targets }, file)),
    ...unknownRoles(spec, file),
    ...unknownNeeds(spec, file),
  ];
}

function duplicates(spec: PolicySpec, file: YamlFile): Problem[] {
  const seen = new Map<string, number>();
  return spec.rules.flatMap((rule, index) => {
    const first = seen.get(rule.id);
    seen.set(rule.id, first ?? index);
    if (first === undefined) return [];
    const line = file.lineOf(['rules', first]);
    return [
      file.problem(['rules', index, 'id'], `the rule id "${rule.id}" stands twice, first in line ${line}`),
    ];
  });
}

/** A target without a pattern sign must be declared; a misspelt one would never match. */
function unknownTargets(spec: PolicySpec, file: YamlFile): Problem[] {
  const declared = Object.keys(spec.targets);
  const allowed =
    declared.length > 0
      ? `${declared.join(', ')}, or host:port of an undeclared one`
      : 'declare it under targets';
  const names = new Set(declared);
  const unknown = matchersIn(spec).flatMap(({ path, kind, target }) =>
    target.filter((name) => !names.has(name) && !/[*?[{:]/.test(name)).map((name) => ({ path, kind, name })),
  );
  // to look for the name that was meant compares it with each
  return unknown.slice(0, maximumProblems + 1).map(({ path, kind, name }) => {
    const meant = nearest(name, declared);
    const hint = meant === null ? '' : `; did you mean "${meant}"?`;
    return file.problem([...path, kind, 'target'], `no target is named "${name}"${hint}`, allowed);
  });
}

interface TargetNames {
  readonly path: readonly PropertyKey[];
  readonly kind: string;
  readonly target: readonly string[];
}

/** The targets that `on` and `unless` of every rule name. What the SDK calls a target needs no declaration. */
function matchersIn(spec: PolicySpec): TargetNames[] {
  return spec.rules.flatMap(({ on, unless }, index): TargetNames[] => {
    const path = ['rules', index];
    const exemptions = Array.isArray(unless)
      ? unless.map((entry, place) => ({ entry, path: [...path, 'unless', place] }))
      : unless === undefined
        ? []
        : [{ entry: unless, path: [...path, 'unless'] }];
    return [
      ...namesOf(on, [...path, 'on']),
      ...exemptions.flatMap(({ entry, path: at }) => (typeof entry === 'string' ? [] : namesOf(entry, at))),
    ];
  });
}

function namesOf(matcher: MatcherSpec, path: readonly PropertyKey[]): TargetNames[] {
  const [kind, target] =
    'sql' in matcher
      ? ['sql', matcher.sql.target]
      : 'http' in matcher
        ? ['http', matcher.http.target]
        : ['', undefined];
  return target === undefined ? [] : [{ path, kind, target: typeof target === 'string' ? [target] : target }];
}

/** A role that nobody has would leave nobody to approve. An approval by a custom role counts as the role that it is built on. */
function unknownRoles(spec: PolicySpec, file: YamlFile): Problem[] {
  return approvalsIn(spec).flatMap(({ path, approvals }) => {
    const glass = approvals.breakGlass === false ? undefined : approvals.breakGlass;
    const given = [
      { path: [...path, 'from', 'role'], role: approvals.from?.role },
      { path: [...path, 'breakGlass', 'role'], role: glass?.role },
    ];
    const unknown = given.flatMap(({ path: at, role }) => {
      if (role === undefined || roles.some((known) => known === role)) return [];
      return [file.problem(at, `no role is named "${role}"${hintOf(role)}`, roles.join(', '))];
    });
    const nobody = glass !== undefined && !glass.role && !glass.teams?.length && !glass.users?.length;
    if (!nobody) return unknown;
    const allowed = 'role, teams or users; false lets nobody';
    return [...unknown, file.problem([...path, 'breakGlass'], 'breakGlass names nobody', allowed)];
  });
}

function approvalsIn(spec: PolicySpec): { path: readonly PropertyKey[]; approvals: Approvals }[] {
  const identity = spec.guards['target-identity'];
  const guard = typeof identity === 'object' ? identity.approvals : undefined;
  return [
    { path: ['approvals'], approvals: spec.approvals },
    ...spec.rules.map((rule, index) => ({
      path: ['rules', index, 'hold', 'approvals'],
      approvals: rule.hold?.approvals ?? {},
    })),
    { path: ['guards', 'target-identity', 'approvals'], approvals: guard ?? {} },
  ];
}

function hintOf(role: string): string {
  const meant = nearest(role, roles);
  return meant === null ? '' : `; did you mean "${meant}"?`;
}

function unknownNeeds(spec: PolicySpec, file: YamlFile): Problem[] {
  const above: string[] = [];
  return (spec.suite?.steps ?? []).flatMap((step, index) => {
    const path = ['suite', 'steps', index];
    const problems = (step.needs ?? [])
      .filter((need) => !above.includes(need))
      .map((need) =>
        file.problem(
          [...path, 'needs'],
          `"${need}" is no step above "${step.id}"`,
          above.join(', ') || 'none',
        ),
      );
    if (above.includes(step.id))
      problems.push(file.problem([...path, 'id'], `the step id "${step.id}" stands twice`));
    above.push(step.id);
    return problems;
  });
}

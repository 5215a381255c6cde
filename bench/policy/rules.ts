import { stringify } from 'yaml';

/**
 * The same rules in both languages. Of ten rules four are about a table, two about tables of a prefix, three about
 * an endpoint, and one lets a table pass; Cedar knows no hold, so a hold is a `forbid` whose id says which.
 */
export interface Rules {
  readonly yaml: string;
  /** Cedar policies by rule id. */
  readonly cedar: Readonly<Record<string, string>>;
}

interface Both {
  readonly ours: Readonly<Record<string, unknown>>;
  readonly cedar: string;
}

export function rulesOf(count: number): Rules {
  const all = Array.from({ length: count }, (_, index) => ({ id: `r${index}`, ...ruleOf(index) }));
  return {
    yaml: stringify({
      version: 1,
      default: 'allow',
      targets: { 'staging-db': { postgres: { env: 'DATABASE_URL' }, disposable: false } },
      rules: all.map(({ id, ours }) => ({ id, ...ours })),
    }),
    cedar: {
      ...Object.fromEntries(all.map(({ id, cedar }) => [id, cedar])),
      default: 'permit (principal, action, resource);',
    },
  };
}

function ruleOf(index: number): Both {
  const hold = { hold: { reason: `rule ${index} holds` } };
  switch (index % 10) {
    case 0:
    case 1:
    case 2:
    case 3:
      return {
        ours: {
          on: { sql: { operation: ['delete', 'update'], table: `t${index}`, target: 'staging-db' } },
          when: '!action.where',
          ...hold,
        },
        cedar: `forbid (principal, action in [Action::"delete", Action::"update"], resource == Target::"staging-db")
          when { context has tables && context.tables.contains("t${index}") && !context.where };`,
      };
    case 4:
    case 5:
      return {
        ours: {
          on: { sql: { operation: 'insert', table: `app${index}_*` } },
          deny: { reason: `rule ${index} denies` },
        },
        cedar: `forbid (principal, action == Action::"insert", resource)
          when { context has table && context.table like "app${index}_*" };`,
      };
    case 6:
    case 7:
    case 8:
      return {
        ours: {
          on: { http: { method: 'POST', host: `h${index}.example`, path: '/v1/charges' } },
          when: 'int(action.body.amount) > 1000',
          ...hold,
        },
        cedar: `forbid (principal, action == Action::"POST", resource)
          when { context has host && context.host == "h${index}.example" && context.path == "/v1/charges" && context.amount > 1000 };`,
      };
    default:
      return {
        ours: { on: { sql: { operation: 'select', table: `public.t${index}` } }, allow: {} },
        cedar: `permit (principal, action == Action::"select", resource)
          when { context has tables && context.tables.contains("t${index}") };`,
      };
  }
}

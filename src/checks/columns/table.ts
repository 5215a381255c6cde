import * as z from 'zod';
import type { Known, TableName } from '../../policy/action.ts';
import type { TransactionScope } from '../../policy/judge.ts';

const columnSchema = z.object({
  name: z.string(),
  /** As people write it: `character varying(20)`. */
  type: z.string(),
  /** The same with its schema, so that it means one type under any search_path. */
  sqlType: z.string(),
  oid: z.coerce.number(),
  modifier: z.int(),
  category: z.string(),
  domain: z.boolean(),
  /** A domain over a domain: whether that takes NULL is not looked up. */
  nested: z.boolean(),
  notNull: z.boolean(),
  /** Something fills it when no value is given: a default, an identity, a generation expression. */
  filled: z.boolean(),
  default: z.string().nullable(),
  identity: z.enum(['', 'a', 'd']),
  generated: z.enum(['', 's', 'v']),
  /** Labels of an enum. */
  labels: z.array(z.string()).nullable(),
});
export type Column = z.infer<typeof columnSchema>;

const constraintSchema = z.object({
  name: z.string(),
  expression: z.string(),
  columns: z.array(z.string()),
  /** It is made of PostgreSQL's own functions, operators and types alone. */
  plain: z.boolean(),
});
export type CheckConstraint = z.infer<typeof constraintSchema>;

const tableSchema = z.object({
  kind: z.string(),
  /** A trigger may fill or change values before an INSERT, or an UPDATE, is checked. */
  beforeInsert: z.boolean(),
  beforeUpdate: z.boolean(),
  columns: z.array(columnSchema),
  checks: z.array(constraintSchema),
});

/** A table as its server defines it now. */
export interface Table extends z.infer<typeof tableSchema> {
  /** `schema.name`, for people. */
  readonly title: string;
}

/** Bits of pg_trigger.tgtype: ROW, BEFORE, INSERT, UPDATE. */
const before = (event: 4 | 16) => `EXISTS (SELECT FROM pg_catalog.pg_trigger t
  WHERE t.tgrelid OPERATOR(pg_catalog.=) c.oid AND NOT t.tgisinternal
    AND t.tgenabled OPERATOR(pg_catalog.<>) 'D'
    AND (t.tgtype OPERATOR(pg_catalog.&) ${3 + event}) OPERATOR(pg_catalog.=) ${3 + event})`;

/** Only what pg_catalog has itself, so that nothing of the target's runs. */
const tableText = `SELECT pg_catalog.json_build_object(
  'kind', c.relkind,
  'beforeInsert', ${before(4)},
  'beforeUpdate', ${before(16)},
  'columns', COALESCE((SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', a.attname,
      'type', pg_catalog.format_type(a.atttypid, a.atttypmod),
      'sqlType', pg_catalog.format('%I.%I', tn.nspname, ty.typname),
      'oid', ty.oid,
      'modifier', a.atttypmod,
      'category', ty.typcategory,
      'domain', ty.typtype OPERATOR(pg_catalog.=) 'd',
      'nested', COALESCE(base.typtype OPERATOR(pg_catalog.=) 'd', false),
      'notNull', a.attnotnull OR ty.typnotnull,
      'filled', a.atthasdef OR a.attidentity OPERATOR(pg_catalog.<>) '' OR ty.typdefault IS NOT NULL,
      'default', CASE WHEN a.attgenerated OPERATOR(pg_catalog.=) '' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END,
      'identity', a.attidentity,
      'generated', a.attgenerated,
      'labels', (SELECT pg_catalog.json_agg(e.enumlabel ORDER BY e.enumsortorder)
        FROM pg_catalog.pg_enum e WHERE e.enumtypid OPERATOR(pg_catalog.=) ty.oid)
    ) ORDER BY a.attnum)
    FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_type ty ON ty.oid OPERATOR(pg_catalog.=) a.atttypid
    JOIN pg_catalog.pg_namespace tn ON tn.oid OPERATOR(pg_catalog.=) ty.typnamespace
    LEFT JOIN pg_catalog.pg_type base ON base.oid OPERATOR(pg_catalog.=) ty.typbasetype
    LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid OPERATOR(pg_catalog.=) a.attrelid
      AND d.adnum OPERATOR(pg_catalog.=) a.attnum
    WHERE a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attnum OPERATOR(pg_catalog.>) 0
      AND NOT a.attisdropped), '[]'),
  'checks', COALESCE((SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', k.conname,
      'expression', pg_catalog.pg_get_expr(k.conbin, k.conrelid),
      'columns', COALESCE((SELECT pg_catalog.json_agg(ka.attname) FROM pg_catalog.pg_attribute ka
        WHERE ka.attrelid OPERATOR(pg_catalog.=) c.oid
          AND ka.attnum OPERATOR(pg_catalog.=) ANY (k.conkey)), '[]'),
      'plain', NOT EXISTS (SELECT FROM pg_catalog.pg_depend p
        WHERE p.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_constraint'::pg_catalog.regclass
          AND p.objid OPERATOR(pg_catalog.=) k.oid
          AND p.refclassid OPERATOR(pg_catalog.<>) 'pg_catalog.pg_class'::pg_catalog.regclass)
    ) ORDER BY k.conname)
    FROM pg_catalog.pg_constraint k
    WHERE k.conrelid OPERATOR(pg_catalog.=) c.oid AND k.contype OPERATOR(pg_catalog.=) 'c'
      AND COALESCE(pg_catalog.to_jsonb(k) OPERATOR(pg_catalog.->>) 'conenforced', 'true')
        OPERATOR(pg_catalog.=) 'true'), '[]')
)::pg_catalog.text
FROM pg_catalog.pg_class c
WHERE c.oid OPERATOR(pg_catalog.=) pg_catalog.to_regclass(pg_catalog.format('%I.%I', $1::pg_catalog.text, $2::pg_catalog.text))`;

/** The table that the session means by a name; null where there is none. */
export async function readTable(scope: TransactionScope, name: TableName): Promise<Known<Table | null>> {
  const resolved = await scope.resolve([name]);
  if (!resolved.known) return resolved;
  const [found] = resolved.value;
  if (found === undefined || found === null) return { known: true, value: null };
  const rows = await scope.catalog(tableText, [found.schema, found.name]);
  if (!rows.known) return rows;
  const text = rows.value[0]?.[0];
  if (typeof text !== 'string') return { known: true, value: null };
  return {
    known: true,
    value: { ...tableSchema.parse(JSON.parse(text)), title: `${found.schema}.${found.name}` },
  };
}

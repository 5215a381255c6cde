/** What drizzle-orm's migrator and drizzle-kit send. */
export const startup = [
  'select "id", "name", "email" from "users" where "users"."id" = $1',
  'insert into "users" ("id", "name") values (default, $1) returning "id", "name"',
  'begin',
  'savepoint sp1',
  'release savepoint sp1',
  'commit',
];

export const migrate = [
  'CREATE SCHEMA IF NOT EXISTS "drizzle"',
  `CREATE TABLE IF NOT EXISTS "drizzle"."__drizzle_migrations" (
	id SERIAL PRIMARY KEY,
	hash text NOT NULL,
	created_at bigint
)`,
  'select id, hash, created_at from "drizzle"."__drizzle_migrations" order by created_at desc limit 1',
  `insert into "drizzle"."__drizzle_migrations" ("hash", "created_at") values($1, $2)`,
];

export const introspection = [
  `SELECT n.nspname AS table_schema, c.relname AS table_name,
  CASE WHEN c.relkind = 'r' THEN 'table' WHEN c.relkind = 'v' THEN 'view' WHEN c.relkind = 'm' THEN 'materialized_view' END AS type,
  c.relrowsecurity AS rls_enabled
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid::regnamespace = c.relnamespace
WHERE c.relkind IN ('r', 'v', 'm') AND n.nspname IN ('public')`,
  `select s.nspname as table_schema from pg_catalog.pg_namespace s
join pg_catalog.pg_user u on u.usesysid = s.nspowner
where nspname not in ('information_schema', 'pg_catalog', 'public')
  and nspname not like 'pg_toast%' and nspname not like 'pg_temp_%' order by table_schema`,
  `select schemaname, sequencename, start_value, min_value, max_value, increment_by, cycle, cache_size from pg_sequences as seq WHERE schemaname = 'public'`,
  `select n.nspname as enum_schema, t.typname as enum_name, e.enumlabel as enum_value, e.enumsortorder as sort_order
from pg_type t join pg_enum e on t.oid = e.enumtypid join pg_catalog.pg_namespace n ON n.oid = t.typnamespace
where n.nspname = 'public' order by enum_schema, enum_name, sort_order`,
  'SELECT rolname, rolinherit, rolcreatedb, rolcreaterole FROM pg_roles',
  `SELECT schemaname, tablename, policyname as name, permissive as "as", roles as to, cmd as for, qual as using, with_check FROM pg_policies`,
  `SELECT a.attrelid::regclass::text, a.attname, is_nullable, a.attndims as array_dimensions,
  CASE WHEN a.atttypid = ANY ('{int,int8,int2}'::regtype[])
    AND EXISTS (SELECT FROM pg_attrdef ad WHERE ad.adrelid = a.attrelid AND ad.adnum = a.attnum
      AND pg_get_expr(ad.adbin, ad.adrelid) = 'nextval(''' || pg_get_serial_sequence(a.attrelid::regclass::text, a.attname)::regclass || '''::regclass)')
  THEN CASE a.atttypid WHEN 'int'::regtype THEN 'serial' WHEN 'int8'::regtype THEN 'bigserial' WHEN 'int2'::regtype THEN 'smallserial' END
  ELSE format_type(a.atttypid, a.atttypmod) END AS data_type, INFORMATION_SCHEMA.COLUMNS.table_name, ns.nspname as type_schema,
  pg_get_serial_sequence('"public"."users"', a.attname)::regclass as seq_name, INFORMATION_SCHEMA.COLUMNS.column_name,
  INFORMATION_SCHEMA.COLUMNS.column_default, INFORMATION_SCHEMA.COLUMNS.data_type as additional_dt,
  INFORMATION_SCHEMA.COLUMNS.udt_name as enum_name, INFORMATION_SCHEMA.COLUMNS.is_generated, INFORMATION_SCHEMA.COLUMNS.generation_expression,
  INFORMATION_SCHEMA.COLUMNS.is_identity
FROM pg_attribute a JOIN INFORMATION_SCHEMA.COLUMNS ON INFORMATION_SCHEMA.COLUMNS.column_name = a.attname
JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_namespace ns ON ns.oid = t.typnamespace
WHERE a.attrelid = '"public"."users"'::regclass AND INFORMATION_SCHEMA.COLUMNS.table_name = 'users'
  AND INFORMATION_SCHEMA.COLUMNS.table_schema = 'public' AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
  `SELECT c.column_name, c.data_type, constraint_type, constraint_name, constraint_schema
FROM information_schema.table_constraints tc
JOIN information_schema.constraint_column_usage AS ccu USING (constraint_schema, constraint_name)
JOIN information_schema.columns AS c ON c.table_schema = tc.constraint_schema AND tc.table_name = c.table_name AND ccu.column_name = c.column_name
WHERE tc.table_name = 'users' and constraint_schema = 'public'`,
  `SELECT DISTINCT ON (t.relname, ic.relname, k.i) t.relname as table_name, ic.relname AS indname, k.i AS index_order, i.indisunique as is_unique,
  am.amname as method, ic.reloptions as with, coalesce(a.attname, (('{' || pg_get_expr(i.indexprs, i.indrelid) || '}')::text[])[k.i]) AS column_name,
  CASE WHEN pg_get_expr(i.indexprs, i.indrelid) IS NOT NULL THEN 1 ELSE 0 END AS is_expression,
  i.indoption[k.i-1] & 1 = 1 AS descending, i.indoption[k.i-1] & 2 = 2 AS nulls_first,
  pg_get_expr(i.indpred, i.indrelid) as where, opc.opcname
FROM pg_class t LEFT JOIN pg_index i ON t.oid = i.indrelid LEFT JOIN pg_class ic ON ic.oid = i.indexrelid
CROSS JOIN LATERAL (SELECT unnest(i.indkey), generate_subscripts(i.indkey, 1) + 1) AS k(attnum, i)
LEFT JOIN pg_attribute AS a ON i.indrelid = a.attrelid AND k.attnum = a.attnum
JOIN pg_namespace c on c.oid = t.relnamespace LEFT JOIN pg_am AS am ON ic.relam = am.oid JOIN pg_opclass opc ON opc.oid = ANY(i.indclass)
WHERE c.nspname = 'public' AND t.relname = 'users'`,
];

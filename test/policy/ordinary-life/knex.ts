/** What Knex sends when it connects, migrates, and asks what there is. */
export const startup = [
  'select version();',
  'SELECT 1',
  'BEGIN;',
  'COMMIT;',
  'ROLLBACK;',
  `set search_path to "public","app"`,
  'select "id", "email" from "users" where "id" = $1 limit $2',
  'insert into "users" ("email") values ($1) returning "id"',
];

export const migrate = [
  `select * from information_schema.tables where table_name = $1 and table_schema = current_schema()`,
  'create table "knex_migrations" ("id" serial primary key, "name" varchar(255), "batch" integer, "migration_time" timestamptz)',
  'create table "knex_migrations_lock" ("index" serial primary key, "is_locked" integer)',
  'select * from "knex_migrations_lock"',
  'insert into "knex_migrations_lock" ("is_locked") values ($1)',
  'select "name" from "knex_migrations" order by "id" asc',
  'update "knex_migrations_lock" set "is_locked" = $1 where "is_locked" = $2',
  'select max("batch") as "max_batch" from "knex_migrations"',
  'insert into "knex_migrations" ("batch", "migration_time", "name") values ($1, $2, $3)',
  'update "knex_migrations_lock" set "is_locked" = $1',
  'delete from "knex_migrations" where "name" = $1',
  'delete from "knex_migrations_lock"',
];

export const introspection = [
  'select * from information_schema.columns where table_name = $1 and table_catalog = current_database() and table_schema = current_schema()',
  'select * from information_schema.columns where table_name = $1 and column_name = $2 and table_schema = current_schema()',
  `SELECT tgfoid::regproc FROM pg_trigger WHERE NOT tgisinternal`,
  'SHOW search_path',
  'select current_schema()',
];

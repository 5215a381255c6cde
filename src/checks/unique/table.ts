import type { Known, TableName } from '../../policy/action.ts';
import type { TransactionScope } from '../../policy/judge.ts';

/** A column of a key, as the live table has it. */
export interface KeyColumn {
  readonly name: string;
  /** Its type with modifiers, and its collation: ready to stand in a query. */
  readonly type: string;
  readonly collation: string | null;
  /** Schema of the operator = for the type; null where there is none. */
  readonly equals: string | null;
  readonly hasDefault: boolean;
}

export interface KeyTable {
  /** Of the partitioned table, where the statement names a partition: its rows share one index. */
  readonly oid: string;
  /** Quoted, with ONLY where rows of children are other tables' rows. */
  readonly from: string;
  readonly quoted: string;
  /** Whether the statement names a partition. */
  readonly partition: boolean;
  readonly columns: readonly KeyColumn[];
  /** Whether a unique index of its own stands on exactly these columns. */
  readonly indexed: boolean;
}

const eq = 'OPERATOR(pg_catalog.=)';

/** One row for every column asked for. Names only pg_catalog, so that nothing of the target's runs. */
const text = `SELECT t.oid::pg_catalog.text, pg_catalog.quote_ident(n.nspname), pg_catalog.quote_ident(t.relname),
  t.relkind::pg_catalog.text, t.oid OPERATOR(pg_catalog.<>) c.oid,
  pg_catalog.row_security_active(c.oid) OR pg_catalog.row_security_active(t.oid),
  pg_catalog.format_type(a.atttypid, a.atttypmod),
  (SELECT pg_catalog.concat(pg_catalog.quote_ident(cn.nspname), '.', pg_catalog.quote_ident(co.collname))
    FROM pg_catalog.pg_collation co JOIN pg_catalog.pg_namespace cn ON cn.oid ${eq} co.collnamespace
    WHERE co.oid ${eq} a.attcollation),
  CASE WHEN b.typnamespace ${eq} 'pg_catalog'::pg_catalog.regnamespace::pg_catalog.oid
    OR b.typtype ${eq} ANY (ARRAY['e', 'r', 'm', 'c']::pg_catalog."char"[]) OR b.typcategory ${eq} 'A' THEN 'pg_catalog'
  ELSE (SELECT pg_catalog.quote_ident(pn.nspname)
    FROM pg_catalog.pg_operator o JOIN pg_catalog.pg_namespace pn ON pn.oid ${eq} o.oprnamespace
    WHERE o.oprname ${eq} '=' AND o.oprleft ${eq} b.oid AND o.oprright ${eq} b.oid LIMIT 1) END,
  a.atthasdef OR a.attidentity OPERATOR(pg_catalog.<>) '' OR a.attgenerated OPERATOR(pg_catalog.<>) ''
    OR y.typdefault IS NOT NULL,
  EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid ${eq} t.oid AND i.indisunique AND i.indimmediate
    AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
    AND i.indnkeyatts ${eq} pg_catalog.cardinality($3)
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_attribute ia WHERE ia.attrelid ${eq} t.oid
      AND ia.attnum ${eq} ANY (i.indkey[0:i.indnkeyatts OPERATOR(pg_catalog.-) 1])
      AND ia.attname::pg_catalog.text OPERATOR(pg_catalog.<>) ALL ($3)))
FROM ROWS FROM (pg_catalog.unnest($3)) WITH ORDINALITY AS k (name, place)
JOIN pg_catalog.pg_class c ON c.oid ${eq} pg_catalog.to_regclass(
  CASE WHEN $1 IS NULL THEN pg_catalog.format('%I', $2) ELSE pg_catalog.format('%I.%I', $1, $2) END)
JOIN pg_catalog.pg_class t ON t.oid ${eq} coalesce(pg_catalog.pg_partition_root(c.oid)::pg_catalog.oid, c.oid)
JOIN pg_catalog.pg_namespace n ON n.oid ${eq} t.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid ${eq} t.oid AND a.attname ${eq} k.name::pg_catalog.name
  AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type y ON y.oid ${eq} a.atttypid
JOIN pg_catalog.pg_type b ON b.oid ${eq}
  CASE WHEN y.typtype ${eq} 'd' THEN y.typbasetype ELSE y.oid END
ORDER BY k.place`;

const oids = { text: 25, textArray: 1009 };

/** What the catalog says of a key. */
export async function keyTable(
  scope: TransactionScope,
  table: TableName,
  columns: readonly string[],
): Promise<Known<KeyTable>> {
  const array = `{${columns.map((name) => `"${name.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
  const found = await scope.read({
    text,
    oids: [oids.text, oids.text, oids.textArray],
    values: [table.schema, table.name, array],
    fresh: false,
  });
  if (!found.known) return found;
  const [first] = found.value;
  if (first === undefined || found.value.length !== columns.length) {
    return {
      known: false,
      why: `the session knows no table ${table.name} with the columns ${columns.join(', ')}`,
    };
  }
  const [oid, schema, name, kind, partition, secured, , , , , indexed] = first;
  if (kind !== 'r' && kind !== 'p')
    return { known: false, why: `${table.name} is no table but a view or the like` };
  if (secured === 't')
    return { known: false, why: `row-level security hides rows of ${table.name} from the session` };
  const quoted = `${schema}.${name}`;
  return {
    known: true,
    value: {
      oid: oid ?? '',
      quoted,
      from: kind === 'r' ? `ONLY ${quoted}` : quoted,
      partition: partition === 't',
      columns: found.value.map((row, at) => ({
        name: columns[at] ?? '',
        type: row[6] ?? '',
        collation: row[7] ?? null,
        equals: row[8] ?? null,
        hasDefault: row[9] === 't',
      })),
      indexed: indexed === 't',
    },
  };
}

import type { Connection } from "../connection.ts";

/** Tables of a schema as PostgreSQL itself writes them down, so that two of them can be compared text by text. */
export interface LiveSchema {
  readonly tables: readonly LiveTable[];
}

export interface LiveTable {
  readonly name: string;
  /** In the order of the table. */
  readonly columns: readonly LiveColumn[];
  /** Sorted by name; NOT NULL is a property of the column. */
  readonly constraints: readonly LiveConstraint[];
  /** Sorted by name; without those that belong to a constraint. */
  readonly indexes: readonly LiveIndex[];
}

export interface LiveColumn {
  readonly name: string;
  /** `character varying(200)`, `bigint`, `text[]`. */
  readonly type: string;
  readonly notNull: boolean;
  /** The expression; null when there is none. */
  readonly default: string | null;
}

export interface LiveConstraint {
  readonly name: string;
  readonly kind: "primary_key" | "unique" | "check" | "foreign_key" | "exclusion";
  readonly columns: readonly string[];
  /** Without `NOT VALID`. */
  readonly definition: string;
  /** False: rows that were there before it may break it. */
  readonly valid: boolean;
}

export interface LiveIndex {
  readonly name: string;
  readonly unique: boolean;
  /** Plain columns; what is indexed by an expression is not among them. */
  readonly columns: readonly string[];
  /** From `USING` on: `USING btree (email) WHERE deleted_at IS NULL`. */
  readonly definition: string;
  /** False after a CREATE INDEX CONCURRENTLY that was stopped. */
  readonly valid: boolean;
}

const RELATIONS = `pg_class t WHERE t.relkind IN ('r', 'p') AND NOT t.relispartition AND t.relnamespace = current_schema()::regnamespace`;

// Pretty definitions (`true`) leave out the schema of what the search path finds.
const QUERY = `SELECT coalesce(json_agg(json_build_object(
  'name', t.relname,
  'columns', (
    SELECT coalesce(json_agg(json_build_object(
      'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'notNull', a.attnotnull,
      'default', pg_get_expr(d.adbin, d.adrelid, true)) ORDER BY a.attnum), '[]')
    FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped),
  'constraints', (
    SELECT coalesce(json_agg(json_build_object(
      'name', c.conname,
      'kind', CASE c.contype WHEN 'p' THEN 'primary_key' WHEN 'u' THEN 'unique' WHEN 'c' THEN 'check'
        WHEN 'f' THEN 'foreign_key' ELSE 'exclusion' END,
      'columns', (SELECT coalesce(json_agg(a.attname ORDER BY k.n), '[]') FROM unnest(c.conkey) WITH ORDINALITY k (num, n)
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.num),
      'definition', regexp_replace(pg_get_constraintdef(c.oid, true), ' NOT VALID$', ''),
      'valid', c.convalidated) ORDER BY c.conname), '[]')
    FROM pg_constraint c WHERE c.conrelid = t.oid AND c.contype IN ('p', 'u', 'c', 'f', 'x')),
  'indexes', (
    SELECT coalesce(json_agg(json_build_object(
      'name', i.relname, 'unique', x.indisunique,
      'columns', (SELECT coalesce(json_agg(a.attname ORDER BY k.n), '[]')
        FROM unnest(x.indkey::int2[]) WITH ORDINALITY k (num, n)
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.num AND k.num > 0),
      'definition', regexp_replace(pg_get_indexdef(i.oid, 0, true), '^CREATE (UNIQUE )?INDEX .*? USING ', 'USING '),
      'valid', x.indisvalid) ORDER BY i.relname), '[]')
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
    WHERE x.indrelid = t.oid AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.oid AND c.contype IN ('p', 'u', 'x')))
  ) ORDER BY t.relname), '[]') FROM ${RELATIONS}`;

/** Reads the current schema of the connection. */
export async function introspect(connection: Connection): Promise<LiveSchema> {
  const { rows } = await connection.send({ text: QUERY, values: [], name: undefined });
  const tables: readonly LiveTable[] = JSON.parse(rows[0]?.[0] ?? "[]");
  return { tables };
}

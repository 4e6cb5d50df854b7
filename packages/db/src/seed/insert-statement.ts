import { identifier, identifiers } from "../migrate/sql-text.ts";
import { columnsOf, type TableField, type TableFieldType, type TableModel } from "../migrate/table-model.ts";
import type { Statement } from "../statement.ts";
import type { SeedRecord } from "./insert-seeds.ts";
import type { NaturalKey } from "./natural-key.ts";

/** Records that name the same columns: the others get their defaults, and only a column left out does. */
export interface Batch {
  readonly columns: readonly string[];
  readonly records: readonly SeedRecord[];
}

/** Rows per statement: enough that more gain nothing, few enough that a file of any length needs little memory. */
const MOST_RECORDS = 5_000;

export function batchesOf(records: readonly SeedRecord[], table: TableModel): Batch[] {
  const byColumns = Map.groupBy(records, ({ values }) => Object.keys(values).toSorted().join());
  // A reference is looked up at the end of a statement: rows that refer to rows of their own table stay together.
  const refersToItself = columnsOf(table).some(({ ref }) => ref?.resource === table.name);
  return [...byColumns.values()].flatMap((group) => {
    const columns = Object.keys(group[0]?.values ?? {});
    const size = refersToItself ? group.length : MOST_RECORDS;
    return Array.from({ length: Math.ceil(group.length / size) }, (_part, index) => ({
      columns,
      records: group.slice(index * size, (index + 1) * size),
    }));
  });
}

/** Inserts any number of rows that come as one JSON array; PostgreSQL turns each value into the type of its column. */
export function insertStatement(table: TableModel, columns: readonly string[]): Statement {
  return { name: `seed.${table.name}(${columns.join()})`, text: insertSql(table, columns) };
}

/**
 * The same, but a row that is there already under the key is changed, if it differs in what is given. Answers how many
 * rows are new and how many were changed.
 */
export function upsertStatement(table: TableModel, columns: readonly string[], key: NaturalKey): Statement {
  const changed = columnsOf(table)
    .map(({ name }) => name)
    .filter((name) => columns.includes(name) && !key.columns.includes(name));
  const target = `(${identifiers(key.columns)})${key.isPartial ? ` where "deleted_at" is null` : ""}`;
  return {
    name: `seed.upsert.${table.name}(${columns.join()})(${key.columns.join()})`,
    text:
      `with written as (${insertSql(table, columns)} on conflict ${target} do ${changeSql(table, changed)} ` +
      `returning xmax = 0 as is_new) select count(*) filter (where is_new), count(*) filter (where not is_new) from written`,
  };
}

function insertSql(table: TableModel, columns: readonly string[]): string {
  const fields = columnsOf(table).filter(({ name }) => columns.includes(name));
  const names = identifiers(fields.map((field) => field.name));
  const types = fields.map((field) => `${identifier(field.name)} ${typeOf(field)}`).join(", ");
  const into = `insert into ${identifier(table.name)} as stored (${names})`;
  return `${into} select ${names} from jsonb_to_recordset($1::jsonb) as row (${types})`;
}

function changeSql(table: TableModel, columns: readonly string[]): string {
  if (columns.length === 0) return "nothing";
  const assignments = columns.map((name) => `${identifier(name)} = excluded.${identifier(name)}`);
  // As when the API changes a row.
  const updatedAt = columnsOf(table).find(({ name, generated }) => name === "updated_at" && generated);
  if (updatedAt !== undefined && !columns.includes(updatedAt.name)) assignments.push(`"updated_at" = now()`);
  const row = (of: string): string => `(${columns.map((name) => `${of}.${identifier(name)}`).join(", ")})`;
  return `update set ${assignments.join(", ")} where ${row("stored")} is distinct from ${row("excluded")}`;
}

const TYPES: Readonly<Record<Exclude<TableFieldType, "array">, string>> = {
  uuid: "uuid",
  string: "text",
  integer: "bigint",
  number: "numeric",
  boolean: "boolean",
  timestamp: "timestamptz",
  date: "date",
  enum: "text",
  json: "jsonb",
  file: "text",
};

function typeOf({ type, items }: TableField): string {
  return type === "array" ? `${TYPES[items?.type ?? "string"]}[]` : TYPES[type];
}

/** The rows as one JSON text. A bigint goes as text, which PostgreSQL reads exactly. */
export function toJson(records: readonly SeedRecord[]): string {
  return JSON.stringify(
    records.map(({ values }) => values),
    (_key, value: unknown) => {
      if (typeof value === "bigint") return String(value);
      return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
    },
  );
}

import { identifier, identifiers } from "../migrate/sql-text.ts";
import { columnsOf, type TableField, type TableFieldType, type TableModel } from "../migrate/table-model.ts";
import type { Statement } from "../statement.ts";
import type { SeedRecord } from "./insert-seeds.ts";

/** Records that name the same columns: the others get their defaults, and only a column left out does. */
export interface Batch {
  readonly columns: readonly string[];
  readonly records: readonly SeedRecord[];
}

export function batchesOf(records: readonly SeedRecord[]): Batch[] {
  const byColumns = Map.groupBy(records, ({ values }) => Object.keys(values).toSorted().join());
  return [...byColumns.values()].map((group) => ({ columns: Object.keys(group[0]?.values ?? {}), records: group }));
}

/** Inserts any number of rows that come as one JSON array; PostgreSQL turns each value into the type of its column. */
export function insertStatement(table: TableModel, columns: readonly string[]): Statement {
  const fields = columnsOf(table).filter(({ name }) => columns.includes(name));
  const name = `seed.${table.name}(${columns.join()})`;
  const into = `insert into ${identifier(table.name)}`;
  const names = identifiers(fields.map((field) => field.name));
  const types = fields.map((field) => `${identifier(field.name)} ${typeOf(field)}`).join(", ");
  return {
    name,
    text: `${into} (${names}) select ${names} from jsonb_to_recordset($1::jsonb) as row (${types})`,
  };
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

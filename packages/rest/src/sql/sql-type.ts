import type { Field, FieldType } from "@shaperail/resource";

const TYPE: Readonly<Record<Exclude<FieldType, "array">, string>> = {
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

/** The type a bound text is read as, where PostgreSQL cannot infer it from a column. */
export function sqlType({ type, items }: Pick<Field, "type" | "items">): string {
  if (type !== "array") return TYPE[type];
  // Numbers in arrays are double precision, as in the generated migrations.
  const element = items?.type ?? "string";
  return `${element === "number" ? "double precision" : TYPE[element]}[]`;
}

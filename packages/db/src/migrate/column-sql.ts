import { identifier, literal, objectName } from "./sql-text.ts";
import type { TableField } from "./table-model.ts";

const TYPE_BY_FIELD_TYPE = {
  uuid: "UUID",
  integer: "BIGINT",
  number: "NUMERIC",
  boolean: "BOOLEAN",
  timestamp: "TIMESTAMPTZ",
  date: "DATE",
  enum: "TEXT",
  json: "JSONB",
  file: "TEXT",
  string: "TEXT",
} as const;

/** PostgreSQL reads elements of these as JSON would write them. */
const ELEMENT_TYPE = { ...TYPE_BY_FIELD_TYPE, number: "DOUBLE PRECISION" } as const;

/** Longest length `varchar(n)` accepts; the shortest is 1. */
const LONGEST_VARCHAR = 10_485_760;

function columnType({ type, max, items }: TableField): string {
  if (type === "array") return `${ELEMENT_TYPE[items?.type ?? "string"]}[]`;
  if (type === "string" && max !== undefined && max >= 1 && max <= LONGEST_VARCHAR) return `VARCHAR(${max})`;
  return TYPE_BY_FIELD_TYPE[type];
}

/** `"email" VARCHAR(255) NOT NULL DEFAULT '…'` */
export function columnSql(field: TableField): string {
  const parts = [identifier(field.name), columnType(field)];
  if (field.primary) parts.push("PRIMARY KEY");
  else if (isNotNull(field)) parts.push("NOT NULL");
  const fallback = defaultSql(field);
  if (fallback !== undefined) parts.push(`DEFAULT ${fallback}`);
  return parts.join(" ");
}

/** No row has NULL there, whoever gives the value. */
export function alwaysHasValue(field: TableField): boolean {
  return field.primary || isNotNull(field);
}

/** A column that always gets a value never needs NULL, whether the client or the database gives it. */
function isNotNull({ required, generated, nullable, default: fallback }: TableField): boolean {
  const hasDefault = fallback !== undefined && fallback !== null;
  return !nullable && (required || generated || hasDefault);
}

function defaultSql(field: TableField): string | undefined {
  if (field.generated) return generatedSql(field);
  const value = field.default;
  if (value === undefined || value === null) return undefined;
  if (field.type === "json") return `${literal(JSON.stringify(value))}::jsonb`;
  if (Array.isArray(value)) return `ARRAY[${value.map(constantSql).join(", ")}]::${columnType(field)}`;
  return constantSql(value);
}

function generatedSql({ type }: TableField): string | undefined {
  // gen_random_uuid() is part of PostgreSQL itself since version 13: no extension, and so no superuser, is needed.
  if (type === "uuid") return "gen_random_uuid()";
  if (type === "timestamp") return "now()";
  if (type === "date") return "CURRENT_DATE";
  return undefined;
}

function constantSql(value: unknown): string {
  if (typeof value === "boolean") return value ? "TRUE" : "FALSE";
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  return literal(typeof value === "string" ? value : JSON.stringify(value));
}

/**
 * The rules of a field that the database enforces as well: members of an enum, bounds of a number, least length of a
 * string. (The longest length is in the type; formats and arrays are the API's alone, since a rule of that kind changes
 * more often than a table should be locked for it.)
 */
export function checkSql(table: string, field: TableField): string | undefined {
  const rule = checkRule(field);
  return rule && `CONSTRAINT ${identifier(objectName("chk", table, field.name))} CHECK (${rule})`;
}

function checkRule({ name, type, values, min, max }: TableField): string | undefined {
  const column = identifier(name);
  if (type === "enum" && values !== undefined) return `${column} IN (${values.map(literal).join(", ")})`;
  if (type === "string" && min !== undefined && min > 0) return `char_length(${column}) >= ${min}`;
  if (type !== "integer" && type !== "number") return undefined;
  const bounds = [min !== undefined && `${column} >= ${min}`, max !== undefined && `${column} <= ${max}`];
  return bounds.filter((bound) => bound !== false).join(" AND ") || undefined;
}

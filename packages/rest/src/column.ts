import type { Field } from "@shaperail/resource";
import { quoteIdentifier } from "./sql-text.ts";

/** A field as a column: how it is read by SQL and written as JSON. */
export interface Column {
  readonly field: Field;
  /** Quoted name. */
  readonly name: string;
  /** SQL expression that yields the text which {@link encode} turns into JSON; the column name is qualified with the alias. */
  select(alias: string): string;
  /** PostgreSQL's text as JSON text. Null is handled by the caller. */
  encode(text: string): string;
}

/** PostgreSQL's text of a type becomes JSON without going through a value: 64-bit integers and decimals stay exact. */
export function toColumn(field: Field): Column {
  const name = quoteIdentifier(field.name);
  const qualified = (alias: string): string => `${alias}.${name}`;
  switch (field.type) {
    case "integer":
      return { field, name, select: qualified, encode: asIs };
    case "number":
      return { field, name, select: qualified, encode: encodeNumber };
    case "boolean":
      return { field, name, select: qualified, encode: encodeBoolean };
    case "json":
      return { field, name, select: qualified, encode: asIs };
    case "timestamp":
      // Without a zone the text does not depend on the session's TimeZone, which a pooler may share between clients.
      return { field, name, select: (alias) => `(${alias}.${name} AT TIME ZONE 'UTC')`, encode: encodeTimestamp };
    case "uuid":
    case "date":
      return { field, name, select: qualified, encode: quote };
    case "array":
      return { field, name, select: (alias) => selectArray(`${alias}.${name}`, field), encode: asIs };
    case "string":
    case "enum":
    case "file":
      return { field, name, select: qualified, encode: JSON.stringify };
  }
}

const asIs = (text: string): string => text;
const quote = (text: string): string => `"${text}"`;
const encodeBoolean = (text: string): string => (text === "t" ? "true" : "false");

// numeric knows NaN and ±Infinity, JSON does not.
function encodeNumber(text: string): string {
  const first = text.charCodeAt(text.charCodeAt(0) === 0x2d ? 1 : 0);
  return first >= 0x30 && first <= 0x39 ? text : "null";
}

/** `2026-03-17 12:00:00.5` → `"2026-03-17T12:00:00.5Z"`; `infinity` stays a word. */
function encodeTimestamp(text: string): string {
  const space = text.indexOf(" ");
  return space === -1 ? `"${text}"` : `"${text.slice(0, space)}T${text.slice(space + 1)}Z"`;
}

function selectArray(column: string, field: Field): string {
  if (field.items?.type !== "timestamp") return `to_json(${column})`;
  // to_json would write the session's time zone.
  const elements = `SELECT json_agg(to_char(e.v AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') ORDER BY e.n)`;
  return `CASE WHEN ${column} IS NULL THEN NULL ELSE coalesce((${elements} FROM unnest(${column}) WITH ORDINALITY AS e(v, n)), '[]'::json) END`;
}

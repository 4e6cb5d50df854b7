import type { Field } from "@shaperail/resource";
import type { OutputColumn } from "./row-serializer.ts";
import { quoteIdentifier } from "./sql-text.ts";

/** A field as a column: how it is read by SQL and written as JSON. */
export interface Column extends OutputColumn {
  readonly field: Field;
  /** Quoted name. */
  readonly name: string;
  /** SQL expression that yields the text which `encode` turns into JSON; the column name is qualified with the alias. */
  select(alias: string): string;
  /** SQL expression whose value PostgreSQL itself writes as the same JSON; for rows nested in rows. */
  selectJson(alias: string): string;
  /** SQL expression of a value that sorts like the column and can be bound again through {@link bindKey}. */
  selectKey(alias: string): string;
  /** The parameter that stands for a text made by {@link selectKey}. */
  bindKey(parameter: string): string;
}

type Reading = Pick<Column, "select" | "encode" | "selectJson" | "selectKey" | "bindKey">;

/** PostgreSQL's text of a type becomes JSON without going through a value: 64-bit integers and decimals stay exact. */
export function toColumn(field: Field): Column {
  const name = quoteIdentifier(field.name);
  return { field, key: field.name, name, ...readingOf(field, name) };
}

function readingOf(field: Field, name: string): Reading {
  const plain = (alias: string): string => `${alias}.${name}`;
  const as = (encode: (text: string) => string): Reading => ({
    select: plain,
    encode,
    selectJson: plain,
    selectKey: plain,
    bindKey: (parameter) => parameter,
  });
  switch (field.type) {
    case "integer":
    case "json":
      return as(asIs);
    case "number":
      return { ...as(encodeNumber), selectJson: (alias) => finite(plain(alias)) };
    case "boolean":
      return as(encodeBoolean);
    case "timestamp": {
      // Without a zone the text does not depend on the session's TimeZone, which a pooler may share between clients.
      const utc = (alias: string): string => `(${plain(alias)} AT TIME ZONE 'UTC')`;
      return {
        select: utc,
        encode: encodeTimestamp,
        selectJson: (alias) => `(replace(${utc(alias)}::text, ' ', 'T') || 'Z')`,
        selectKey: utc,
        bindKey: (parameter) => `(${parameter}::timestamp AT TIME ZONE 'UTC')`,
      };
    }
    case "uuid":
    case "date":
      return as(quote);
    case "array": {
      const json = (alias: string): string => arrayAsJson(plain(alias), field);
      return { ...as(asIs), select: json, selectJson: json };
    }
    case "string":
    case "enum":
    case "file":
      return as(JSON.stringify);
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

function finite(column: string): string {
  return `CASE WHEN ${column} IN ('NaN', 'Infinity', '-Infinity') THEN NULL ELSE ${column} END`;
}

/** `2026-03-17 12:00:00.5` → `"2026-03-17T12:00:00.5Z"`; `infinity` stays a word. */
function encodeTimestamp(text: string): string {
  const space = text.indexOf(" ");
  return space === -1 ? `"${text}"` : `"${text.slice(0, space)}T${text.slice(space + 1)}Z"`;
}

function arrayAsJson(column: string, field: Field): string {
  if (field.items?.type !== "timestamp") return `to_json(${column})`;
  // to_json would write the session's time zone.
  const elements = `SELECT json_agg(replace((e.v AT TIME ZONE 'UTC')::text, ' ', 'T') || 'Z' ORDER BY e.n)`;
  return `CASE WHEN ${column} IS NULL THEN NULL ELSE coalesce((${elements} FROM unnest(${column}) WITH ORDINALITY AS e(v, n)), '[]'::json) END`;
}

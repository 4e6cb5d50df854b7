import { createHash } from "node:crypto";

const LONGEST_IDENTIFIER = 63;
const HASH_LENGTH = 8;

/** An identifier, whatever is in it. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function identifiers(names: readonly string[]): string {
  return names.map(identifier).join(", ");
}

/** A string constant, whatever is in it; right because `standard_conforming_strings` has been on since PostgreSQL 9.1. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * Name of a constraint or index, derived from what it is about, so that it stays when others come or go.
 * PostgreSQL cuts names at 63 bytes; a longer one ends in a hash of the whole, so that two never become one.
 */
export function objectName(...parts: readonly string[]): string {
  const full = parts.join("_");
  if (Buffer.byteLength(full) <= LONGEST_IDENTIFIER) return full;
  const hash = createHash("sha256").update(full).digest("hex").slice(0, HASH_LENGTH);
  return `${full.slice(0, LONGEST_IDENTIFIER - HASH_LENGTH - 1)}_${hash}`;
}

/**
 * The text that full-text search looks at. A query uses the index only when it contains this expression to the letter:
 * `to_tsvector('english', coalesce("f1", '') || ' ' || coalesce("f2", ''))`, fields in the order of the endpoint's
 * `search:`, identifiers in double quotes with `"` doubled.
 */
export function searchExpression(fields: readonly string[]): string {
  return `to_tsvector('english', ${fields.map((field) => `coalesce(${identifier(field)}, '')`).join(" || ' ' || ")})`;
}

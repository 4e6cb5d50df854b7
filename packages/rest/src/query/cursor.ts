import { createHash } from "node:crypto";
import type { SqlValue } from "../port.ts";

const LONGEST_CURSOR = 4_096;

/** Short fingerprint of what a cursor belongs to, so that one from another order is refused instead of misread. */
export function cursorSignature(resource: string, order: string): string {
  return createHash("sha256").update(`${resource}\n${order}`).digest("base64url").slice(0, 8);
}

/** An opaque token for the place behind a row: the values of its sort keys, as PostgreSQL's text. */
export function encodeCursor(signature: string, values: readonly SqlValue[]): string {
  return Buffer.from(signature + JSON.stringify(values)).toString("base64url");
}

/** The values in a cursor; undefined when it was not made for this order, or not made by us. */
export function decodeCursor(signature: string, cursor: string): readonly SqlValue[] | undefined {
  if (cursor.length > LONGEST_CURSOR) return undefined;
  const text = Buffer.from(cursor, "base64url").toString("utf8");
  if (!text.startsWith(signature)) return undefined;
  try {
    const values: unknown = JSON.parse(text.slice(signature.length));
    return Array.isArray(values) && values.every((value) => value === null || typeof value === "string")
      ? (values as SqlValue[])
      : undefined;
  } catch {
    return undefined;
  }
}

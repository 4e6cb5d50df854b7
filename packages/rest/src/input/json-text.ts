import { toExactNumber } from "@shaperail/http";
import { isOfBoundedLength } from "./exact-decimal.ts";

// JSON.stringify writes a NUL as \u0000 and half a surrogate pair as \udxxx, and neither in any other way.
// jsonb can keep neither. An even number of backslashes before it means that the backslash itself is the data.
const NOT_STORABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/;

/** A parsed JSON value as text for a jsonb column, with exact numbers; undefined when PostgreSQL cannot keep it. */
export function toJsonText(value: unknown): string | undefined {
  let finite = true;
  const text = JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === "bigint") return rawJson(item.toString());
    // A few characters with an exponent could ask the database for a number of any length.
    if (typeof item === "number" && !Number.isFinite(item)) finite = false;
    if (isRawJson(item) && !isOfBoundedLength(toExactNumber(item.rawJSON))) finite = false;
    return item;
  });
  return finite && !NOT_STORABLE.test(text) ? text : undefined;
}

/** Whether text is JSON that a jsonb column can keep. */
export function isStorableJson(text: string): boolean {
  try {
    return toJsonText(JSON.parse(text)) !== undefined;
  } catch {
    return false;
  }
}

// In V8 since 11.4; TypeScript's ES2023 library does not know it yet.
const { rawJSON: rawJson, isRawJSON: isRawJson } = JSON as unknown as {
  rawJSON(text: string): unknown;
  isRawJSON(value: unknown): value is { readonly rawJSON: string };
};

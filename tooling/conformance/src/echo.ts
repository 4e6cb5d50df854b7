import type { Part } from "@shaperail/openapi";
import type { Answer } from "./client.ts";
import { readJson } from "./exact-json.ts";

/** Properties of a row that was written whose stored values are not those that were sent. */
export function changedProperties(schema: Part, sent: unknown, stored: unknown): readonly string[] {
  const properties = (schema["properties"] ?? {}) as Readonly<Record<string, Part>>;
  return Object.entries(properties).flatMap(([name, property]) => {
    const isThere = isObject(sent) && isObject(stored) && Object.hasOwn(sent, name) && Object.hasOwn(stored, name);
    return !isThere || isSame(property, sent[name], stored[name]) ? [] : [name];
  });
}

/** Equal as values of the schema: a moment is one in any zone, a UUID in either spelling. */
function isSame(schema: Part, sent: unknown, stored: unknown): boolean {
  const { format, items } = schema;
  if (Array.isArray(sent) && Array.isArray(stored) && isObject(items)) {
    return sent.length === stored.length && sent.every((item, index) => isSame(items as Part, item, stored[index]));
  }
  if (typeof sent === "string" && typeof stored === "string") {
    if (format === "uuid") return sent.toLowerCase() === stored.toLowerCase();
    // PostgreSQL keeps microseconds, JavaScript's dates milliseconds.
    if (format === "date-time") return Math.abs(Date.parse(sent.toUpperCase()) - Date.parse(stored)) <= 1;
    return sent === stored;
  }
  // A double keeps no more digits than one.
  if (format === "double" && isNumber(sent) && isNumber(stored)) return Number(sent) === Number(stored);
  return isEqual(sent, stored);
}

function isEqual(left: unknown, right: unknown): boolean {
  if (isNumber(left) && isNumber(right))
    return Number(left) === Number(right) && (typeof left !== "bigint" || left === exact(right));
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => isEqual(item, right[index]));
  }
  if (isObject(left) && isObject(right)) {
    const keys = Object.keys(left);
    return (
      keys.length === Object.keys(right).length &&
      keys.every((key) => Object.hasOwn(right, key) && isEqual(left[key], right[key]))
    );
  }
  return left === right;
}

function exact(value: number | bigint): bigint | undefined {
  return typeof value === "bigint" || Number.isInteger(value) ? BigInt(value) : undefined;
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `data` of an answer; undefined when it is not JSON. */
export function dataOf({ headers, text }: Answer): unknown {
  const isJson = headers.get("content-type")?.startsWith("application/json") === true;
  const body = isJson && text !== "" ? readJson(text) : undefined;
  return isObject(body) ? body["data"] : undefined;
}

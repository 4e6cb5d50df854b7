import { type Field, isNullable, type ItemType } from "@shaperail/resource";
import type { Json, JsonObject, Part } from "./model.ts";

/** What a schema says besides the type. */
export interface FieldSchemaOptions {
  /**
   * State the default: true where leaving the field out means the default.
   * @default false
   */
  readonly withDefault?: boolean;
}

/** The field as it stands in a JSON body. */
export function fieldSchema(field: Field, { withDefault = false }: FieldSchemaOptions = {}): Part {
  const schema = valueSchema(field);
  const shape = isNullable(field) ? orNull(schema) : schema;
  return withDefault ? { ...shape, ...defaultOf(field) } : shape;
}

/** The value of a field or of an element of an array, never null. */
export function valueSchema(value: Field | ItemType): Part {
  const { type, min, max } = value;
  switch (type) {
    case "uuid":
      return { type: "string", format: "uuid" };
    case "timestamp":
      return { type: "string", format: "date-time" };
    case "date":
      return { type: "string", format: "date" };
    case "string":
    case "file":
      return { type: "string", ...formatOf(value), ...bounds({ minLength: min, maxLength: max }) };
    case "enum":
      return { type: "string", enum: value.values ?? [] };
    case "integer":
      return { type: "integer", format: "int64", ...bounds({ minimum: min, maximum: max }) };
    case "number":
      return { type: "number", ...bounds({ minimum: min, maximum: max }) };
    case "boolean":
      return { type: "boolean" };
    case "json":
      return { type: ["array", "boolean", "number", "object", "string"], description: "Any JSON value but null." };
    case "array":
      return { type: "array", items: itemsOf(value), ...bounds({ minItems: min, maxItems: max }) };
  }
}

/** The value as text in a path or in a query string. Bounds are left out: a value that no row can have finds no row. */
export function textSchema({ type, values = [] }: Field | ItemType): Part {
  switch (type) {
    case "uuid":
      return { type: "string", format: "uuid" };
    case "timestamp":
      return { type: "string", format: "date-time" };
    case "date":
      return { type: "string", format: "date" };
    case "enum":
      return { type: "string", enum: values };
    case "integer":
      return { type: "integer", format: "int64" };
    case "number":
    case "boolean":
      return { type };
    case "json":
      return { type: "string", contentMediaType: "application/json" };
    case "string":
    case "file":
    case "array":
      return { type: "string" };
  }
}

function itemsOf(value: Field | ItemType): Part {
  const items = "items" in value ? value.items : undefined;
  if (items === undefined) return {};
  // The elements are doubles in the table; a number of its own keeps every digit.
  return items.type === "number" ? { ...valueSchema(items), format: "double" } : valueSchema(items);
}

const HTTP_URL = "^[Hh][Tt][Tt][Pp][Ss]?://";

function formatOf({ format }: Field | ItemType): Part {
  if (format === undefined) return {};
  return format === "url" ? { format: "uri", pattern: HTTP_URL } : { format };
}

function bounds(all: Readonly<Record<string, number | undefined>>): Part {
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, number] => entry[1] !== undefined));
}

/** `null` beside every value. */
function orNull(schema: Part): Part {
  const { type, enum: members } = schema;
  if (typeof type !== "string") return { description: "Any JSON value." };
  return { ...schema, type: [type, "null"], ...(Array.isArray(members) ? { enum: [...members, null] } : {}) };
}

function defaultOf({ default: value }: Field): JsonObject {
  if (value === undefined) return {};
  // JSON has no limit for digits, its readers do: a rounded default would be a wrong one.
  return isJson(value)
    ? { default: value }
    : { description: `Default: ${typeof value === "bigint" ? value : describe(value)}.` };
}

function isJson(value: unknown): value is Json {
  if (typeof value === "bigint") return false;
  return typeof value !== "object" || value === null || Object.values(value).every(isJson);
}

function describe(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => (typeof member === "bigint" ? String(member) : member));
}

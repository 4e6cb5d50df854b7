import type { Field, ItemType } from "@shaperail/resource";

/** The type of a field's JSON value, as controllers and handlers have it; without null. */
export function jsonType(field: Field | ItemType): string {
  switch (field.type) {
    case "uuid":
    case "string":
    case "timestamp":
    case "date":
    case "file":
      return "string";
    case "integer":
      return isExactAsNumber(field) ? "number" : "number | bigint";
    case "number":
      // Between any two bounds are numbers with more digits than a double has.
      return isExactAsNumber(field) ? "number | ExactNumber" : "number | bigint | ExactNumber";
    case "boolean":
      return "boolean";
    case "enum":
      return union(field.values ?? []);
    case "json":
      return "unknown";
    case "array":
      return listOf(jsonType(itemsOf(field)));
  }
}

/** The type of a field's JSON value after `JSON.parse`, as jobs have it; without null. */
export function parsedType(field: Field | ItemType): string {
  if (field.type === "integer" || field.type === "number") return "number";
  return field.type === "array" && "items" in field ? listOf(parsedType(itemsOf(field))) : jsonType(field);
}

/** The type of a column for Kysely: what a query returns, and what may be written. */
export function columnType(field: Field): string {
  const { read, write } = driverTypes(field);
  const none = isNullableColumn(field) ? " | null" : "";
  const hasDefault = field.generated || (field.default !== undefined && field.default !== null);
  if (read === write) return hasDefault ? `Generated<${read}${none}>` : `${read}${none}`;
  const selected = read === "unknown" ? read : `${read}${none}`;
  const inserted = `${write}${none}${hasDefault ? " | undefined" : ""}`;
  return `ColumnType<${selected}, ${inserted}, ${write}${none}>`;
}

/** NULL may be in the column: the field says so, or nothing says otherwise. */
export function isNullableColumn({ nullable, required, primary, generated, default: fallback }: Field): boolean {
  const hasDefault = fallback !== undefined && fallback !== null;
  return nullable || !(required || primary || generated || hasDefault);
}

/** A union with a line per member where one line would be too long. */
export function wrapUnion(type: string, indent: string): string {
  const isLong = type.length > LONGEST_UNION && /^"(?:[^"\\]|\\.)*" \|/.test(type);
  if (!isLong) return ` ${type}`;
  const members = type.match(/"(?:[^"\\]|\\.)*"|[a-z]+/g) ?? [];
  return members.map((member) => `\n${indent}  | ${member}`).join("");
}

const LONGEST_UNION = 80;

/** Beyond these, JSON's integers are read as bigint, so that no digit is lost. */
function isExactAsNumber({ min, max }: Field | ItemType): boolean {
  return min !== undefined && max !== undefined && min >= Number.MIN_SAFE_INTEGER && max <= Number.MAX_SAFE_INTEGER;
}

interface DriverTypes {
  readonly read: string;
  readonly write: string;
}

// What `pg` makes of PostgreSQL's text when nobody tells it otherwise, and what it can write as that text.
function driverTypes(field: Field | ItemType): DriverTypes {
  switch (field.type) {
    case "uuid":
    case "string":
    case "file":
      return { read: "string", write: "string" };
    case "boolean":
      return { read: "boolean", write: "boolean" };
    case "enum":
      return { read: union(field.values ?? []), write: union(field.values ?? []) };
    case "integer":
    case "number":
      return { read: "string", write: "number | bigint | string" };
    case "timestamp":
    case "date":
      return { read: "Date", write: "Date | string" };
    case "json":
      return { read: "unknown", write: "string" };
    case "array": {
      const items = itemsOf(field);
      // Elements are double precision, not numeric, because to_json writes those exactly.
      const { read, write } = items.type === "number" ? { read: "number", write: "number" } : driverTypes(items);
      return { read: listOf(read), write: listOf(write) };
    }
  }
}

function itemsOf(field: Field | ItemType): ItemType {
  const items = "items" in field ? field.items : undefined;
  if (items === undefined) throw new TypeError("An array field has no item type; the resource was not validated.");
  return items;
}

function union(values: readonly string[]): string {
  return values.map((value) => JSON.stringify(value)).join(" | ");
}

function listOf(item: string): string {
  return /^[a-zA-Z]+$/.test(item) || /^"(?:[^"\\]|\\.)*"$/.test(item) ? `${item}[]` : `(${item})[]`;
}

import type { FieldFormat, FieldType } from "./model.ts";

/** What a value is measured against. */
export interface ValueRules {
  readonly type: FieldType;
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly format: FieldFormat | undefined;
  readonly values: readonly string[] | undefined;
  /** Rules of the elements of an array. */
  readonly items: ValueRules | undefined;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
// A default must be a value that a client could send, so these are the rules for input.
const TIMESTAMP =
  /^(\d{4}-\d{2}-\d{2})[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:[Zz]|[+-](?:0\d|1[0-4]):[0-5]\d)$/;
const EMAIL =
  /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/i;
const LONGEST_EMAIL = 254;
const URL_TEXT = /^https?:\/\/[^\s\p{Cc}<>"\\^`{|}]+$/iu;
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/** What a field of this kind expects, when the value does not fit; undefined when it does. */
export function unfit(value: unknown, rules: ValueRules): string | undefined {
  const { type, items } = rules;
  switch (type) {
    case "json":
      return isFinite(value) ? undefined : "a JSON value";
    case "boolean":
      return typeof value === "boolean" ? undefined : "true or false";
    case "integer":
      return isInt64(value) ? outOfRange(value, rules) : "a whole number of 64 bits";
    case "number":
      return isNumber(value) ? outOfRange(value, rules) : "a number";
    case "array": {
      if (!Array.isArray(value)) return "a list";
      const bad = items === undefined ? undefined : value.map((item) => unfit(item, items)).find((reason) => reason);
      return bad === undefined ? outOfCount(value.length, rules, "items") : `a list of ${bad}`;
    }
    default:
      return typeof value === "string" ? unfitText(value, rules) : "text in quotes";
  }
}

function unfitText(value: string, rules: ValueRules): string | undefined {
  const { type, format, values = [] } = rules;
  if (type === "uuid" || format === "uuid") return UUID.test(value) ? undefined : "a uuid";
  if (type === "date") return isDate(value) ? undefined : "a date such as 2026-01-31";
  if (type === "timestamp") return isTimestamp(value) ? undefined : "a time such as 2026-01-31T12:00:00Z";
  if (type === "enum" && !values.includes(value)) return `one of ${values.join(", ")}`;
  if (value.includes("\0") || !value.isWellFormed()) return "text that can be stored";
  if (format === "email" && !(value.length <= LONGEST_EMAIL && EMAIL.test(value))) return "an e-mail address";
  if (format === "url" && !(URL_TEXT.test(value) && URL.canParse(value))) return "an http or https URL";
  return outOfCount(Array.from(value).length, rules, "characters");
}

function isDate(text: string): boolean {
  if (!DATE.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

function isTimestamp(text: string): boolean {
  return isDate(TIMESTAMP.exec(text)?.[1] ?? "");
}

function isInt64(value: unknown): value is number | bigint {
  if (typeof value === "bigint") return value >= INT64_MIN && value <= INT64_MAX;
  return Number.isSafeInteger(value);
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === "bigint" || (typeof value === "number" && Number.isFinite(value));
}

/** YAML has infinities and NaN; JSON has not. */
function isFinite(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  return typeof value !== "object" || value === null || Object.values(value).every(isFinite);
}

function outOfRange(value: number | bigint, { min, max }: ValueRules): string | undefined {
  if (min !== undefined && value < min) return `at least ${min}`;
  return max !== undefined && value > max ? `at most ${max}` : undefined;
}

function outOfCount(count: number, { min, max }: ValueRules, what: string): string | undefined {
  if (min !== undefined && count < min) return `at least ${min} ${what}`;
  return max !== undefined && count > max ? `at most ${max} ${what}` : undefined;
}

import { type ExactNumber, isExactNumber } from "@shaperail/http";
import type { Field, ItemType, ValueConstraints } from "@shaperail/resource";
import { isDate, isTimestamp } from "./date-text.ts";
import { compareExact, isOfBoundedLength, toWholeNumber } from "./exact-decimal.ts";
import type { IssueList } from "./issue.ts";
import { toJsonText } from "./json-text.ts";
import { toArrayLiteral } from "../sql/sql-text.ts";
import { hasFormat, isUuid } from "./value-format.ts";

/** Checks one non-null JSON value; returns it as PostgreSQL's text, or adds what is wrong and returns undefined. */
export type ValueCheck = (value: unknown, path: string, issues: IssueList) => string | undefined;

const INT8_MIN = -(2n ** 63n);
const INT8_MAX = 2n ** 63n - 1n;

/** The check of a field or of the items of an array, made once per endpoint. Types are strict: nothing is coerced. */
export function compileValueCheck(spec: Field | ItemType): ValueCheck {
  switch (spec.type) {
    case "uuid":
      return textCheck(isUuid, { code: "invalid_uuid", message: "must be a UUID" });
    case "date":
      return textCheck(isDate, { code: "invalid_format", message: "must be a date as YYYY-MM-DD" });
    case "timestamp":
      return textCheck(isTimestamp, { code: "invalid_format", message: "must be an RFC 3339 timestamp with a zone" });
    case "string":
    case "file":
      return stringCheck(spec);
    case "enum":
      return enumCheck(spec.values ?? []);
    case "integer":
      return integerCheck(spec);
    case "number":
      return numberCheck(spec);
    case "boolean":
      return (value, path, issues) =>
        typeof value === "boolean" ? (value ? "t" : "f") : wrongType(path, issues, "true or false");
    case "json":
      return (value, path, issues) => {
        const text = toJsonText(value);
        if (text === undefined)
          issues.add(path, "invalid_value", "contains a character or number that cannot be stored");
        return text;
      };
    case "array":
      return arrayCheck(spec);
  }
}

function wrongType(path: string, issues: IssueList, expected: string): undefined {
  issues.add(path, "invalid_type", `must be ${expected}`);
}

function textCheck(fits: (text: string) => boolean, problem: { code: string; message: string }): ValueCheck {
  return (value, path, issues) => {
    if (typeof value !== "string") return wrongType(path, issues, "text");
    if (fits(value)) return value;
    issues.add(path, problem.code, problem.message);
    return undefined;
  };
}

function stringCheck({ min, max, format }: ValueConstraints): ValueCheck {
  return (value, path, issues) => {
    if (typeof value !== "string") return wrongType(path, issues, "text");
    if (value.includes("\0") || !value.isWellFormed()) {
      issues.add(path, "invalid_value", "contains a character that cannot be stored");
      return undefined;
    }
    // Length counts characters, not UTF-16 units; the units are an upper bound that usually decides.
    const tooLong = max !== undefined && value.length > max && characters(value) > max;
    const tooShort = min !== undefined && (value.length < min || characters(value) < min);
    if (tooLong) issues.add(path, "too_long", `must have at most ${max} characters`);
    if (tooShort) issues.add(path, "too_short", `must have at least ${min} characters`);
    const wrongFormat = format !== undefined && !hasFormat(value, format);
    if (wrongFormat)
      issues.add(path, format === "uuid" ? "invalid_uuid" : "invalid_format", `must be a valid ${format}`);
    return tooLong || tooShort || wrongFormat ? undefined : value;
  };
}

function characters(text: string): number {
  let count = 0;
  for (const _character of text) count += 1;
  return count;
}

function enumCheck(values: readonly string[]): ValueCheck {
  const members = new Set<unknown>(values);
  const message = `must be one of ${values.join(", ")}`;
  return (value, path, issues) => {
    if (typeof value !== "string") return wrongType(path, issues, "text");
    if (members.has(value)) return value;
    issues.add(path, "invalid_enum", message);
    return undefined;
  };
}

function integerCheck(constraints: ValueConstraints): ValueCheck {
  return (value, path, issues) => {
    const exact = toInteger(value);
    if (exact === undefined) return wrongType(path, issues, "a whole number");
    if (exact < INT8_MIN || exact > INT8_MAX) {
      issues.add(path, exact < 0n ? "too_small" : "too_large", "must fit in 64 bits");
      return undefined;
    }
    return inRange(exact, constraints, { path, issues }) ? exact.toString() : undefined;
  };
}

// 5.0 is 5 in JSON; beyond 2^53 the body reader keeps digits, and 1e17 is exact as it is.
function toInteger(value: unknown): bigint | undefined {
  if (typeof value === "bigint") return value;
  if (isExactNumber(value)) return toWholeNumber(value);
  return typeof value === "number" && Number.isInteger(value) ? BigInt(value) : undefined;
}

function numberCheck(constraints: ValueConstraints): ValueCheck {
  return (value, path, issues) => {
    if (typeof value !== "number" && typeof value !== "bigint" && !isExactNumber(value)) {
      return wrongType(path, issues, "a number");
    }
    if (typeof value !== "bigint" && !Number.isFinite(Number(value))) {
      issues.add(path, Number(value) < 0 ? "too_small" : "too_large", "is out of range");
      return undefined;
    }
    if (isExactNumber(value) && !isOfBoundedLength(value)) {
      issues.add(path, "invalid_value", "has too many decimal places");
      return undefined;
    }
    if (!inRange(value, constraints, { path, issues })) return undefined;
    return Object.is(value, -0) ? "0" : value.toString();
  };
}

// PostgreSQL's double precision refuses what is nearer to zero than a double gets; JavaScript rounds it to zero.
function doubleCheck(constraints: ValueConstraints): ValueCheck {
  const check = numberCheck(constraints);
  return (value, path, issues) => check(isExactNumber(value) ? Number(value) : value, path, issues);
}

function inRange(
  value: number | bigint | ExactNumber,
  { min, max }: ValueConstraints,
  { path, issues }: { path: string; issues: IssueList },
): boolean {
  if (min !== undefined && compare(value, min) < 0) {
    issues.add(path, "too_small", `must be at least ${min}`);
    return false;
  }
  if (max !== undefined && compare(value, max) > 0) {
    issues.add(path, "too_large", `must be at most ${max}`);
    return false;
  }
  return true;
}

function compare(value: number | bigint | ExactNumber, bound: number): number {
  if (isExactNumber(value)) return compareExact(value, bound);
  if (value < bound) return -1;
  return value > bound ? 1 : 0;
}

function arrayCheck(field: Field | ItemType): ValueCheck {
  const { min, max } = field;
  const items = "items" in field ? field.items : undefined;
  if (items === undefined) throw new TypeError("An array field has no item type; the resource was not validated.");
  // An array of numbers has elements of double precision, see sqlType.
  const checkItem = items.type === "number" ? doubleCheck(items) : compileValueCheck(items);
  return (value, path, issues) => {
    if (!Array.isArray(value)) return wrongType(path, issues, "a list");
    if (max !== undefined && value.length > max) {
      issues.add(path, "too_long", `must have at most ${max} items`);
      return undefined;
    }
    if (min !== undefined && value.length < min) {
      issues.add(path, "too_short", `must have at least ${min} items`);
      return undefined;
    }
    const before = issues.issues.length;
    const texts = value.map((item: unknown, index) => {
      if (item === null) return wrongType(`${path}[${index}]`, issues, "a value, not null");
      return checkItem(item, `${path}[${index}]`, issues);
    });
    return issues.issues.length > before ? undefined : toArrayLiteral(texts.map((text) => text ?? null));
  };
}

import type { Field } from "@shaperail/resource";
import { isDate, isTimestamp } from "../input/date-text.ts";
import { isStorableJson } from "../input/json-text.ts";
import { isUuid } from "../input/value-format.ts";

const INTEGER = /^-?\d{1,19}$/;
const NUMBER = /^-?\d{1,1000}(?:\.\d{1,1000})?(?:[eE][+-]?\d{1,3})?$/;
const INT8_MIN = -(2n ** 63n);
const INT8_MAX = 2n ** 63n - 1n;

/** A path or query parameter as PostgreSQL's text for a column of the field's type; undefined when it is not a value of it. */
export function parseTextValue(field: Field, text: string): string | undefined {
  switch (field.type) {
    case "uuid":
      return isUuid(text) ? text : undefined;
    case "integer":
      return INTEGER.test(text) && BigInt(text) >= INT8_MIN && BigInt(text) <= INT8_MAX ? text : undefined;
    case "number":
      return NUMBER.test(text) ? text : undefined;
    case "boolean":
      return text === "true" || text === "false" ? text : undefined;
    case "timestamp":
      return isTimestamp(text) ? text : undefined;
    case "date":
      return isDate(text) ? text : undefined;
    case "enum":
      return field.values?.includes(text) ? text : undefined;
    case "string":
    case "file":
      return text.includes("\0") || !text.isWellFormed() ? undefined : text;
    case "json":
      return isStorableJson(text) ? text : undefined;
    case "array":
      return undefined;
  }
}

import { expect, test } from "vitest";
import { admitsText } from "./judge.ts";

test.each([
  ["uuid", "5F1D2C3E-0000-4000-8000-000000000000", true],
  ["uuid", "5f1d2c3e00004000800000000000000", false],
  ["date", "2024-02-29", true],
  ["date", "2023-02-29", false],
  ["date", "0000-01-01", false],
  ["date-time", "2026-01-31t23:59:59.123456789z", true],
  ["date-time", "2026-01-31T23:59:59", false],
  ["date-time", "2026-01-31T23:59:60Z", false],
  ["email", "o'neil+tag@sub.example.org", true],
  ["email", "a@b", false],
  ["uri", "https://example.org/a?b#c", true],
  ["uri", "https://example.org/\n", false],
  ["uri", "example.org", false],
])("the format %s, %j: %s", (format, text, admitted) => {
  expect(admitsText({ type: "string", format }, text)).toBe(admitted);
});

test.each([
  [{ type: "integer", format: "int64" }, "9223372036854775807", true],
  [{ type: "integer", format: "int64" }, "9223372036854775808", false],
  [{ type: "integer", format: "int64" }, "-9223372036854775809", false],
  [{ type: "integer" }, "9".repeat(30), true],
  [{ type: "integer" }, "1.0", false],
  [{ type: "integer", minimum: 0 }, "-1", false],
  [{ type: "number" }, "-1.5e3", true],
  [{ type: "number" }, "NaN", false],
  [{ type: "boolean" }, "true", true],
  [{ type: "boolean" }, "1", false],
  [{ type: "string", enum: ["a", "b"] }, "c", false],
  [{ type: "array", items: { type: "string", enum: ["a", "-a"] } }, "a,-a", true],
  [{ type: "array", items: { type: "string", enum: ["a", "-a"] } }, "a,b", false],
  [{ type: "array", items: { type: "string", enum: ["a"] } }, "", true],
  [{ type: "string", maxLength: 1 }, "😀", true],
  [{ type: "string", contentMediaType: "application/json" }, "{", false],
])("%j, written as %s in a URL: %s", (schema, text, admitted) => {
  expect(admitsText(schema, text)).toBe(admitted);
});

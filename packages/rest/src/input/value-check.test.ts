import fc from "fast-check";
import { toExactNumber } from "@shaperail/http";
import type { Field } from "@shaperail/resource";
import { expect, test } from "vitest";
import { field } from "./field.test-kit.ts";
import { createIssueList } from "./issue.ts";
import { compileValueCheck } from "./value-check.ts";

function check(spec: Field, value: unknown): string | undefined | string[] {
  const issues = createIssueList();
  const text = compileValueCheck(spec)(value, spec.name, issues);
  return issues.issues.length > 0 ? issues.issues.map(({ field: path, code }) => `${path} ${code}`) : text;
}

const items = { type: "string", min: 1, max: undefined, format: undefined, values: undefined, ref: undefined } as const;
const numbers = { ...items, type: "number", min: undefined } as const;

test.each([
  [{ type: "string" }, "a", "a"],
  [{ type: "string", max: 2 }, "😀😀", "😀😀"],
  [{ type: "integer" }, 5, "5"],
  [{ type: "integer" }, 5.0, "5"],
  [{ type: "integer" }, -0, "0"],
  [{ type: "integer" }, 1e17, "100000000000000000"],
  [{ type: "integer" }, toExactNumber("9007199254740993.0"), "9007199254740993"],
  [{ type: "integer" }, toExactNumber("-9.007199254740993e15"), "-9007199254740993"],
  [{ type: "number" }, 1.5, "1.5"],
  [{ type: "number" }, toExactNumber("0.1234567890123456789"), "0.1234567890123456789"],
  [{ type: "number" }, toExactNumber("1.00000000000000000001E-5"), "1.00000000000000000001E-5"],
  [{ type: "number", min: -1, max: 1 }, toExactNumber("0.99999999999999999999"), "0.99999999999999999999"],
  [{ type: "number", min: 0.1 }, toExactNumber("0.10000000000000000001"), "0.10000000000000000001"],
  [{ type: "number" }, -0, "0"],
  [{ type: "boolean" }, false, "f"],
  [{ type: "uuid" }, "6F1ED002-AB5B-4D3C-8A58-2F1D1A0B4C11", "6F1ED002-AB5B-4D3C-8A58-2F1D1A0B4C11"],
  [{ type: "date" }, "2024-02-29", "2024-02-29"],
  [{ type: "timestamp" }, "2026-03-17T12:00:00.123456+02:00", "2026-03-17T12:00:00.123456+02:00"],
  [{ type: "enum", values: ["a", "b"] }, "b", "b"],
  [{ type: "json" }, { a: [1, null] }, '{"a":[1,null]}'],
  [{ type: "json" }, { a: toExactNumber("0.1234567890123456789") }, '{"a":0.1234567890123456789}'],
  [{ type: "array", items: numbers }, [toExactNumber("0.12345678901234567891"), 1], '{"0.12345678901234568","1"}'],
  [{ type: "array", items: numbers }, [toExactNumber("1e-400")], '{"0"}'],
  [{ type: "json" }, "back\\u0000slash", '"back\\\\u0000slash"'],
  [{ type: "array", items }, ['a"b', "c\\d", "NULL", "{}"], '{"a\\"b","c\\\\d","NULL","{}"}'],
  [{ type: "array", items }, [], "{}"],
  [{ type: "string", format: "email" }, "a.b+c@example.org", "a.b+c@example.org"],
  [{ type: "string", format: "url" }, "https://example.org/x?y#z", "https://example.org/x?y#z"],
] as const)("%j takes %j as %j", (spec, value, text) => {
  expect(check(field(spec as Partial<Field> & Pick<Field, "type">), value)).toBe(text);
});

test.each([
  [{ type: "string" }, 5, ["value invalid_type"]],
  [{ type: "string" }, ["a"], ["value invalid_type"]],
  [{ type: "string", max: 2 }, "abc", ["value too_long"]],
  [{ type: "string", min: 3 }, "😀😀", ["value too_short"]],
  [{ type: "string" }, "nul\0", ["value invalid_value"]],
  [{ type: "string" }, "half \ud800", ["value invalid_value"]],
  [{ type: "string", format: "email" }, "a@b", ["value invalid_format"]],
  [{ type: "string", format: "email" }, "a b@example.org", ["value invalid_format"]],
  [{ type: "string", format: "url" }, "javascript:alert(1)", ["value invalid_format"]],
  [{ type: "string", format: "url" }, "https://example.org/\n", ["value invalid_format"]],
  [{ type: "string", format: "url" }, "https://example.org/a b", ["value invalid_format"]],
  [{ type: "string", format: "url" }, "https://example.org/<x>", ["value invalid_format"]],
  [{ type: "string", format: "uuid" }, "x", ["value invalid_uuid"]],
  [{ type: "integer" }, "5", ["value invalid_type"]],
  [{ type: "integer" }, 1.5, ["value invalid_type"]],
  [{ type: "integer" }, true, ["value invalid_type"]],
  [{ type: "integer" }, 1e20, ["value too_large"]],
  [{ type: "integer" }, -1e20, ["value too_small"]],
  [{ type: "integer", min: 1 }, 0, ["value too_small"]],
  [{ type: "integer", max: 1 }, 2, ["value too_large"]],
  [{ type: "number" }, Number.POSITIVE_INFINITY, ["value too_large"]],
  [{ type: "number" }, toExactNumber("1e400"), ["value too_large"]],
  [{ type: "number" }, toExactNumber("-1e400"), ["value too_small"]],
  [{ type: "number" }, toExactNumber("1e-999999999"), ["value invalid_value"]],
  [{ type: "number", max: 1 }, toExactNumber("1.00000000000000000001"), ["value too_large"]],
  [{ type: "number", max: -1 }, toExactNumber("-0.99999999999999999999"), ["value too_large"]],
  [{ type: "number", min: 0 }, toExactNumber("-1e-400"), ["value too_small"]],
  [{ type: "number", min: 0.1 }, toExactNumber("0.09999999999999999999"), ["value too_small"]],
  [{ type: "integer" }, toExactNumber("1.00000000000000000001"), ["value invalid_type"]],
  [{ type: "integer" }, toExactNumber("1e999999999"), ["value too_large"]],
  [{ type: "string" }, toExactNumber("0.1234567890123456789"), ["value invalid_type"]],
  [{ type: "json" }, { a: toExactNumber("1e400") }, ["value invalid_value"]],
  [{ type: "json" }, toExactNumber("1e-999999999"), ["value invalid_value"]],
  [{ type: "number" }, "1.5", ["value invalid_type"]],
  [{ type: "boolean" }, 1, ["value invalid_type"]],
  [{ type: "boolean" }, "true", ["value invalid_type"]],
  [{ type: "uuid" }, "6f1ed002", ["value invalid_uuid"]],
  [{ type: "date" }, "2023-02-29", ["value invalid_format"]],
  [{ type: "date" }, "0000-01-01", ["value invalid_format"]],
  [{ type: "date" }, "2024-1-1", ["value invalid_format"]],
  [{ type: "timestamp" }, "2026-03-17 12:00:00Z", ["value invalid_format"]],
  [{ type: "timestamp" }, "2026-03-17T12:00:00", ["value invalid_format"]],
  [{ type: "timestamp" }, "2026-03-17T24:00:00Z", ["value invalid_format"]],
  [{ type: "timestamp" }, "2026-12-31T23:59:60Z", ["value invalid_format"]],
  [{ type: "timestamp" }, "0001-01-01T00:00:00+01:00", ["value invalid_format"]],
  [{ type: "timestamp" }, "infinity", ["value invalid_format"]],
  [{ type: "enum", values: ["a"] }, "A", ["value invalid_enum"]],
  [{ type: "json" }, "nul\0", ["value invalid_value"]],
  [{ type: "json" }, { a: "half \ud800" }, ["value invalid_value"]],
  [{ type: "json" }, { a: [Number.POSITIVE_INFINITY] }, ["value invalid_value"]],
  [{ type: "array", items }, "a", ["value invalid_type"]],
  [{ type: "array", items, max: 1 }, ["a", "b"], ["value too_long"]],
  [{ type: "array", items, min: 1 }, [], ["value too_short"]],
  [
    { type: "array", items },
    ["a", "", null, 5],
    ["value[1] too_short", "value[2] invalid_type", "value[3] invalid_type"],
  ],
] as const)("%j refuses %j", (spec, value, issues) => {
  expect(check(field(spec as unknown as Partial<Field> & Pick<Field, "type">), value)).toEqual(issues);
});

test("integers beyond 2^53 keep every digit, up to 64 bits", () => {
  expect(check(field({ type: "integer" }), 9007199254740993n)).toBe("9007199254740993");
  expect(check(field({ type: "integer" }), 2n ** 63n - 1n)).toBe("9223372036854775807");
  expect(check(field({ type: "integer" }), 2n ** 63n)).toEqual(["value too_large"]);
  expect(check(field({ type: "json" }), { big: [9007199254740993n] })).toBe('{"big":[9007199254740993]}');
});

test("any JSON value gives text or an issue, never both and never an exception", () => {
  const types = ["uuid", "string", "integer", "number", "boolean", "timestamp", "date", "json", "file"] as const;
  fc.assert(
    fc.property(fc.constantFrom(...types), fc.jsonValue(), (type, value) => {
      fc.pre(value !== null);
      const result = check(field({ type }), value);
      expect(typeof result === "string" || Array.isArray(result)).toBe(true);
    }),
  );
});

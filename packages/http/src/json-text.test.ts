import fc from "fast-check";
import { expect, test } from "vitest";
import { HttpError } from "./errors.ts";
import { toExactNumber } from "./exact-number.ts";
import { parseJson } from "./json-text.ts";

test.each([
  { text: '{"a":1}', value: { a: 1 } },
  { text: "[]", value: [] },
  { text: '"x"', value: "x" },
  { text: "null", value: null },
  { text: " 1 ", value: 1 },
  { text: '{"a":{"x":1},"b":{"x":1}}', value: { a: { x: 1 }, b: { x: 1 } } },
  { text: '{"a":"{\\"a\\":1,\\"a\\":2}"}', value: { a: '{"a":1,"a":2}' } },
  { text: '{"a":"]]]\\\\","b":2}', value: { a: "]]]\\", b: 2 } },
])("$text is JSON", ({ text, value }) => {
  expect(parseJson(text)).toEqual(value);
});

test.each([
  { what: "nothing", text: "" },
  { what: "a word", text: "NaN" },
  { what: "an open object", text: '{"a":1' },
  { what: "a trailing comma", text: "[1,]" },
  { what: "a comment", text: "{} // x" },
  { what: "single quotes", text: "{'a':1}" },
  { what: "two values", text: "1 2" },
  { what: "an unfinished string", text: '{"a":"' },
  { what: "an unfinished escape", text: '"\\' },
  { what: "a raw line break in a string", text: '"a\nb"' },
  { what: "a leading zero", text: "01" },
  { what: "a byte order mark inside", text: '{\uFEFF"a":1}' },
])("$what is not JSON and is refused", ({ text }) => {
  expect(() => parseJson(text)).toThrow(expect.objectContaining({ code: "BAD_REQUEST", status: 400 }));
});

test.each([
  { what: "twice the same", text: '{"a":1,"a":2}' },
  { what: "the same under an escape", text: '{"a":1,"\\u0061":2}' },
  { what: "deep inside", text: '[{"x":[{"b":1,"b":1}]}]' },
  { what: "with objects as values", text: '{"a":{"x":1},"a":{"x":1}}' },
  { what: "__proto__ twice", text: '{"__proto__":1,"__proto__":2}' },
])("a key $what is refused", ({ text }) => {
  expect(() => parseJson(text)).toThrow("An object in the JSON has a key twice.");
});

test("nesting is allowed to the limit and refused beyond", () => {
  const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
  expect(parseJson(nested(64))).toBeInstanceOf(Array);
  expect(() => parseJson(nested(65))).toThrow("nested deeper than 64 levels");
  expect(() => parseJson('{"a":'.repeat(3) + "1" + "}}}", { maxDepth: 2 })).toThrow("nested deeper than 2 levels");
});

test.each([{ depth: 10_000 }, { depth: 500_000 }])(
  "$depth open brackets are refused and overflow nothing",
  ({ depth }) => {
    expect(() => parseJson("[".repeat(depth))).toThrow("nested deeper than 64 levels");
    expect(() => parseJson('{"a":'.repeat(depth))).toThrow("nested deeper than 64 levels");
  },
);

test.each([
  { text: "9007199254740991", value: 9_007_199_254_740_991 },
  { text: "9007199254740993", value: 9_007_199_254_740_993n },
  { text: "-9223372036854775808", value: -9_223_372_036_854_775_808n },
  { text: '{"id":9223372036854775807,"n":1}', value: { id: 9_223_372_036_854_775_807n, n: 1 } },
  { text: "0.1", value: 0.1 },
  { text: "1.10", value: 1.1 },
  { text: "-0.0", value: -0 },
  { text: "0e400", value: 0 },
  { text: "0.30000000000000004", value: 0.1 + 0.2 },
  { text: "1e23", value: 1e23 },
  { text: "1.7976931348623157e308", value: Number.MAX_VALUE },
  { text: "9007199254740992.0", value: 9_007_199_254_740_992 },
  { text: '{"text":"0.1234567890123456789"}', value: { text: "0.1234567890123456789" } },
  { text: '{"text":"9223372036854775807"}', value: { text: "9223372036854775807" } },
])("$text keeps its exact value", ({ text, value }) => {
  expect(parseJson(text)).toEqual(value);
});

test.each([
  "0.1234567890123456789",
  "-12345678901234567.5",
  "1234567890.1234567890123",
  "1.00000000000000000001",
  "9007199254740993.0",
  "1.23456789012345678901E-5",
  "1e400",
  "-1e-400",
])("%s is kept as it is written, because no double is that number", (text) => {
  const value = parseJson(`{"a":[${text}],"b":${text}}`);
  expect(value).toEqual({ a: [toExactNumber(text)], b: toExactNumber(text) });
  expect(JSON.stringify(value)).toBe(`{"a":[${text}],"b":${text}}`);
});

test("a key called __proto__ is an own property and changes no prototype", () => {
  const value = parseJson('{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}');
  expect(Object.hasOwn(value as object, "__proto__")).toBe(true);
  expect((value as { admin?: unknown }).admin).toBeUndefined();
  expect(({} as { admin?: unknown }).admin).toBeUndefined();
  expect(parseJson('{"__proto__":{"a":1},"n":12345678901234567890}')).toHaveProperty("n", 12_345_678_901_234_567_890n);
});

test("what JSON.stringify writes comes back equal", () => {
  const exact = (_key: string, value: unknown): unknown => (typeof value === "bigint" ? Number(value) : value);
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 20 }), (value) => {
      const text = JSON.stringify(value);
      expect(JSON.stringify(parseJson(text), exact)).toBe(text);
    }),
  );
});

function outcomeOf(text: string): unknown {
  try {
    parseJson(text);
    return "JSON";
  } catch (error) {
    return error instanceof HttpError ? error.code : error;
  }
}

test("any text is either JSON or a BAD_REQUEST", () => {
  const nearlyJson = fc.string({ unit: fc.constantFrom(...Array.from('[]{}":,0123456789\\ a')) });
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "binary" }), nearlyJson), (text) => {
      expect(["JSON", "BAD_REQUEST"]).toContain(outcomeOf(text));
    }),
    { numRuns: 100 },
  );
});

test("a number of 1,000 digits is read exactly, and one more digit is refused, wherever it stands", () => {
  const digits = "9".repeat(1_000);
  expect(parseJson(`[${digits}]`)).toEqual([BigInt(digits)]);
  expect(parseJson(`{"a":"${digits}0"}`)).toEqual({ a: `${digits}0` });
  for (const text of [`[${digits}0]`, `-${digits}0`, `0.${digits}0`, `1e${digits}0`]) {
    expect(() => parseJson(text)).toThrow("A number in the JSON has more than 1000 digits.");
  }
});

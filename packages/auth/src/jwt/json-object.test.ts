import { expect, test } from "vitest";
import { readJsonObject } from "./json-object.ts";

test.each([
  { json: "{}", value: {} },
  { json: '{"a":1,"b":{"a":2},"c":[{"a":3},{"a":4}]}', value: { a: 1, b: { a: 2 }, c: [{ a: 3 }, { a: 4 }] } },
  { json: '{"a":"\\"b\\":1, {\\"a\\":","b":"a"}', value: { a: '"b":1, {"a":', b: "a" } },
  { json: '{"a" : "a", "b" : "a"}', value: { a: "a", b: "a" } },
  { json: '{"":1}', value: { "": 1 } },
])("$json is read", ({ json, value }) => {
  expect(readJsonObject(Buffer.from(json))).toEqual(value);
});

test.each([
  { json: '{"a":1,"a":2}' },
  { json: '{"a":1,"\\u0061":2}' },
  { json: '{"b":[{"a":1,"a" :2}]}' },
  { json: '{"":1,"":2}' },
  { json: '{"__proto__":1,"__proto__":2}' },
  { json: `${'{"a":'.repeat(17)}1${"}".repeat(17)}` },
  { json: "[]" },
  { json: '"text"' },
  { json: "null" },
  { json: "{" },
  { json: "" },
  { json: '\ufeff{"a":1}' },
])("$json is not", ({ json }) => {
  expect(readJsonObject(Buffer.from(json))).toBeUndefined();
});

test("a key __proto__ is a key like any other", () => {
  const value = readJsonObject(Buffer.from('{"__proto__":{"role":"admin"}}'));
  expect(value?.["role"]).toBeUndefined();
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
});

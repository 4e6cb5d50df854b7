import { expect, test } from "vitest";
import { unfit, type ValueRules } from "./default-value.ts";

const rules = (type: ValueRules["type"], extra: Partial<ValueRules> = {}): ValueRules => ({
  type,
  min: undefined,
  max: undefined,
  format: undefined,
  values: undefined,
  items: undefined,
  ...extra,
});
const integers = rules("integer", { min: 1 });

test.each([
  { value: "0190a6b4-7c1e-7cc5-9d2a-1f2e3d4c5b6a", fits: rules("uuid") },
  { value: "a", fits: rules("string", { min: 1, max: 1 }) },
  { value: "😀😀", fits: rules("string", { max: 2 }) },
  { value: "a@b.example", fits: rules("string", { format: "email" }) },
  { value: "https://example.org/a?b", fits: rules("string", { format: "url" }) },
  { value: 0, fits: rules("integer", { min: 0, max: 0 }) },
  { value: -9_223_372_036_854_775_808n, fits: rules("integer") },
  { value: 2.5, fits: rules("number", { max: 2.5 }) },
  { value: false, fits: rules("boolean") },
  { value: "2024-02-29", fits: rules("date") },
  { value: "2026-01-31T12:00:00.123+02:00", fits: rules("timestamp") },
  { value: "red", fits: rules("enum", { values: ["red"] }) },
  { value: null, fits: rules("json") },
  { value: { a: [1, { b: null }] }, fits: rules("json") },
  { value: [], fits: rules("array", { items: integers }) },
  { value: [1, 2], fits: rules("array", { items: integers, max: 2 }) },
  { value: "covers/default.png", fits: rules("file") },
])("$value is a default of a field of type $fits.type", ({ value, fits }) => {
  expect(unfit(value, fits)).toBeUndefined();
});

test.each([
  { value: "0190a6b4", misfits: rules("uuid"), expected: "a uuid" },
  { value: 5, misfits: rules("string"), expected: "text in quotes" },
  { value: "", misfits: rules("string", { min: 1 }), expected: "at least 1 characters" },
  { value: "😀😀", misfits: rules("string", { max: 1 }), expected: "at most 1 characters" },
  { value: "nobody", misfits: rules("string", { format: "email" }), expected: "an e-mail address" },
  { value: "a b@c.example", misfits: rules("string", { format: "email" }), expected: "an e-mail address" },
  { value: "ä@b.example", misfits: rules("string", { format: "email" }), expected: "an e-mail address" },
  { value: "https://a.example/\n", misfits: rules("string", { format: "url" }), expected: "an http or https URL" },
  { value: "a\0", misfits: rules("string"), expected: "text that can be stored" },
  { value: "\ud800", misfits: rules("file"), expected: "text that can be stored" },
  { value: "javascript:1", misfits: rules("string", { format: "url" }), expected: "an http or https URL" },
  { value: "x", misfits: rules("string", { format: "uuid" }), expected: "a uuid" },
  { value: 1.5, misfits: rules("integer"), expected: "a whole number of 64 bits" },
  { value: "1", misfits: rules("integer"), expected: "a whole number of 64 bits" },
  { value: 9_223_372_036_854_775_808n, misfits: rules("integer"), expected: "a whole number of 64 bits" },
  { value: 5n, misfits: rules("integer", { max: 4 }), expected: "at most 4" },
  { value: Number.NaN, misfits: rules("number"), expected: "a number" },
  { value: "true", misfits: rules("boolean"), expected: "true or false" },
  { value: "2023-02-29", misfits: rules("date"), expected: "a date such as 2026-01-31" },
  { value: "2026-01-31 12:00:00Z", misfits: rules("timestamp"), expected: "a time such as 2026-01-31T12:00:00Z" },
  { value: "2026-01-31T12:00:00+15:00", misfits: rules("timestamp"), expected: "a time such as 2026-01-31T12:00:00Z" },
  { value: "2026-01-31", misfits: rules("timestamp"), expected: "a time such as 2026-01-31T12:00:00Z" },
  { value: "2026-02-30T12:00:00Z", misfits: rules("timestamp"), expected: "a time such as 2026-01-31T12:00:00Z" },
  { value: "blue", misfits: rules("enum", { values: ["red", "green"] }), expected: "one of red, green" },
  { value: { a: Infinity }, misfits: rules("json"), expected: "a JSON value" },
  { value: "a", misfits: rules("array", { items: integers }), expected: "a list" },
  { value: [1, 0], misfits: rules("array", { items: integers }), expected: "a list of at least 1" },
  { value: [1, 2], misfits: rules("array", { items: integers, max: 1 }), expected: "at most 1 items" },
])("$value is not a default of a field of type $misfits.type: not $expected", ({ value, misfits, expected }) => {
  expect(unfit(value, misfits)).toBe(expected);
});

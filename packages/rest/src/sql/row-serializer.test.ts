import { expect, test } from "vitest";
import { toColumn } from "./column.ts";
import { field } from "../input/field.test-kit.ts";
import { compileRowSerializer, serializeRows } from "./row-serializer.ts";

const serialize = compileRowSerializer(
  (["uuid", "string", "integer", "number", "boolean", "timestamp", "date", "json", "array"] as const).map((type) =>
    toColumn(field({ type, name: type, items: undefined })),
  ),
);

test("PostgreSQL's text becomes JSON of the declared types, digit for digit", () => {
  const row = [
    "1-2",
    'a"b\n',
    "9007199254740993",
    "1.10",
    "t",
    "2026-03-17 12:00:00.5",
    "2026-03-17",
    '{"a": 1}',
    "[1,2]",
  ];
  expect(serialize(row)).toBe(
    '{"uuid":"1-2","string":"a\\"b\\n","integer":9007199254740993,"number":1.10,"boolean":true,' +
      '"timestamp":"2026-03-17T12:00:00.5Z","date":"2026-03-17","json":{"a": 1},"array":[1,2]}',
  );
});

test("null is null in every column", () => {
  const values = Object.values(JSON.parse(serialize(Array.from({ length: 9 }, () => null))) as object);
  expect(values).toEqual(Array.from({ length: 9 }, () => null));
});

test.each(["NaN", "Infinity", "-Infinity"])("%s is null, because JSON has no such number", (text) => {
  expect(compileRowSerializer([toColumn(field({ type: "number" }))])([text])).toBe('{"value":null}');
});

test("a negative decimal stays", () => {
  expect(compileRowSerializer([toColumn(field({ type: "number" }))])(["-0.5"])).toBe('{"value":-0.5}');
});

test("rows become an array", () => {
  const one = compileRowSerializer([toColumn(field({ type: "integer" }))]);
  expect(serializeRows([["1"], ["2"]], one)).toBe('[{"value":1},{"value":2}]');
  expect(serializeRows([], one)).toBe("[]");
});

import type { Field, ItemType } from "@shaperail/resource";
import { expect, test } from "vitest";
import { fieldWith } from "../fixtures.test-kit.ts";
import { fieldSchema, textSchema } from "./value-schema.ts";

const item = (given: Partial<ItemType> & Pick<ItemType, "type">): ItemType => ({
  min: undefined,
  max: undefined,
  format: undefined,
  values: undefined,
  ref: undefined,
  ...given,
});

interface Row {
  readonly given: Partial<Field> & Pick<Field, "type">;
  readonly schema: object;
}

test.each<Row>([
  { given: { type: "uuid" }, schema: { type: "string", format: "uuid" } },
  { given: { type: "string" }, schema: { type: "string" } },
  { given: { type: "string", min: 1, max: 9 }, schema: { type: "string", minLength: 1, maxLength: 9 } },
  { given: { type: "string", format: "email" }, schema: { type: "string", format: "email" } },
  {
    given: { type: "string", format: "url" },
    schema: { type: "string", format: "uri", pattern: "^[Hh][Tt][Tt][Pp][Ss]?://" },
  },
  { given: { type: "string", format: "uuid" }, schema: { type: "string", format: "uuid" } },
  { given: { type: "integer" }, schema: { type: "integer", format: "int64" } },
  { given: { type: "integer", min: 0, max: 5 }, schema: { type: "integer", format: "int64", minimum: 0, maximum: 5 } },
  { given: { type: "number", max: 0.5 }, schema: { type: "number", maximum: 0.5 } },
  { given: { type: "boolean" }, schema: { type: "boolean" } },
  { given: { type: "timestamp" }, schema: { type: "string", format: "date-time" } },
  { given: { type: "date" }, schema: { type: "string", format: "date" } },
  { given: { type: "enum", values: ["a", "b"] }, schema: { type: "string", enum: ["a", "b"] } },
  {
    given: { type: "json" },
    schema: { type: ["array", "boolean", "number", "object", "string"], description: "Any JSON value but null." },
  },
  { given: { type: "file" }, schema: { type: "string" } },
  {
    given: { type: "array", items: item({ type: "integer", min: 1 }), max: 3 },
    schema: { type: "array", items: { type: "integer", format: "int64", minimum: 1 }, maxItems: 3 },
  },
  {
    given: { type: "array", items: item({ type: "number", max: 1 }) },
    schema: { type: "array", items: { type: "number", format: "double", maximum: 1 } },
  },
  {
    given: { type: "array", items: item({ type: "enum", values: ["a"] }) },
    schema: { type: "array", items: { type: "string", enum: ["a"] } },
  },
])("$given is $schema", ({ given, schema }) => {
  expect(fieldSchema(fieldWith({ ...given, required: true }))).toEqual(schema);
});

test.each<Partial<Field> & { readonly expected: boolean }>([
  { expected: true },
  { required: true, expected: false },
  { generated: true, expected: false },
  { primary: true, expected: false },
  { default: "x", expected: false },
  { default: null, expected: true },
  { required: true, nullable: true, expected: true },
])("nullability follows the column: %o", ({ expected, ...given }) => {
  const type = expected ? ["string", "null"] : "string";
  expect(fieldSchema(fieldWith({ type: "string", ...given }))).toEqual({ type });
});

test.each<Row>([
  { given: { type: "string" }, schema: { type: ["string", "null"] } },
  { given: { type: "enum", values: ["a"] }, schema: { type: ["string", "null"], enum: ["a", null] } },
  {
    given: { type: "array", items: item({ type: "string" }) },
    schema: { type: ["array", "null"], items: { type: "string" } },
  },
  { given: { type: "json" }, schema: { description: "Any JSON value." } },
])("a nullable $given takes null beside its values", ({ given, schema }) => {
  expect(fieldSchema(fieldWith(given))).toEqual(schema);
});

test.each([
  { value: 0, schema: { default: 0 } },
  { value: { a: [1, null] }, schema: { default: { a: [1, null] } } },
  { value: 9007199254740993n, schema: { description: "Default: 9007199254740993." } },
  { value: [1n], schema: { description: 'Default: ["1"].' } },
])("the default $value is stated exactly or in words", ({ value, schema }) => {
  expect(fieldSchema(fieldWith({ type: "json", default: value }), { withDefault: true })).toMatchObject(schema);
});

test("a default is left out where leaving the field out does not mean it", () => {
  expect(fieldSchema(fieldWith({ type: "boolean", default: true }))).toEqual({ type: "boolean" });
});

test.each<Row>([
  { given: { type: "uuid" }, schema: { type: "string", format: "uuid" } },
  { given: { type: "integer", min: 1, max: 2 }, schema: { type: "integer", format: "int64" } },
  { given: { type: "number", max: 2 }, schema: { type: "number" } },
  { given: { type: "boolean" }, schema: { type: "boolean" } },
  { given: { type: "timestamp" }, schema: { type: "string", format: "date-time" } },
  { given: { type: "date" }, schema: { type: "string", format: "date" } },
  { given: { type: "enum", values: ["a"] }, schema: { type: "string", enum: ["a"] } },
  { given: { type: "string", format: "email", max: 3 }, schema: { type: "string" } },
  { given: { type: "file" }, schema: { type: "string" } },
  { given: { type: "json" }, schema: { type: "string", contentMediaType: "application/json" } },
])("as text in a URL, $given is $schema: never null, and without bounds", ({ given, schema }) => {
  expect(textSchema(fieldWith(given))).toEqual(schema);
});

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type JsonSchema, parseYaml, toPlain } from "@shaperail/source";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { parseResource, RESOURCE_RULES, resourceJsonSchema } from "./index.ts";

const folder = join(import.meta.dirname, "../fixtures");
const fixtures = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".yaml"));
const accepts = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false, allErrors: true }).compile(
  resourceJsonSchema(),
);

test.each(fixtures)("the schema and the parser agree about %s, apart from rules beyond a schema", (file) => {
  const text = readFileSync(join(folder, file), "utf8");
  const { root } = parseYaml(text, { file });
  // What is not one YAML document never reaches a schema.
  if (root === undefined) return;
  const { diagnostics } = parseResource(text, { file });
  const structural = diagnostics.filter(({ code }) => RESOURCE_RULES.get(code)?.beyondSchema === false);
  expect({ accepted: accepts(toPlain(root)), errors: accepts.errors }).toMatchObject({
    accepted: structural.length === 0,
  });
});

const SUBSCHEMAS = ["properties", "$defs"] as const;

/** Every key the format has, as the path of `properties` through the schema. */
function keysOf(schema: unknown): readonly string[] {
  if (typeof schema !== "object" || schema === null) return [];
  const { additionalProperties, items, anyOf = [] } = schema as JsonSchema & { anyOf?: readonly unknown[] };
  const named = SUBSCHEMAS.flatMap((key) => Object.entries((schema as JsonSchema)[key] ?? {}));
  return [
    ...named.map(([key]) => key),
    ...[additionalProperties, items, ...anyOf, ...named.map(([, value]) => value)].flatMap(keysOf),
  ];
}

test("the valid fixtures together use every key of the format", () => {
  const texts = readdirSync(join(folder, "valid")).map((name) => readFileSync(join(folder, "valid", name), "utf8"));
  const unused = new Set(keysOf(resourceJsonSchema()).filter((key) => !texts.some((text) => text.includes(`${key}:`))));
  // `endpoint` is the name of a definition, not a key.
  expect([...unused]).toEqual(["endpoint"]);
});

/** Properties that an editor could say nothing about. */
function undescribed(schema: unknown): readonly string[] {
  if (typeof schema !== "object" || schema === null) return [];
  const { properties = {}, $defs = {}, additionalProperties, items, anyOf = [] } = schema as Record<string, object>;
  const isDescribed = (value: Record<string, unknown>): boolean =>
    "description" in value ||
    "$ref" in value ||
    ((value["anyOf"] ?? []) as Record<string, unknown>[]).some(isDescribed);
  return [
    ...Object.entries(properties).flatMap(([key, value]) => [
      ...(isDescribed(value) ? [] : [key]),
      ...undescribed(value).map((path) => `${key}.${path}`),
    ]),
    ...[additionalProperties, items, ...Object.values($defs), ...(anyOf as readonly object[])].flatMap(undescribed),
  ];
}

test("an editor has something to say about every key", () => {
  expect(undescribed(resourceJsonSchema())).toEqual([]);
});

test("the schema is draft 2020-12, and is the same every time", () => {
  const schema = resourceJsonSchema();
  expect(schema).toMatchObject({
    $schema: "https://json-schema.org/draft/2020-12/schema",
    required: ["resource", "version", "schema"],
    properties: { version: { type: "integer", minimum: 1, description: expect.any(String) } },
  });
  expect(JSON.stringify(resourceJsonSchema())).toBe(JSON.stringify(schema));
});

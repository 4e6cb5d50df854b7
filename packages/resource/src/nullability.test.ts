import { expect, test } from "vitest";
import { isNullable, parseResource } from "./index.ts";

test.each([
  ["{ type: string }", true],
  ["{ type: string, required: true }", false],
  ["{ type: string, required: true, nullable: true }", true],
  ["{ type: string, default: a }", false],
  ["{ type: string, default: a, nullable: true }", true],
  ["{ type: timestamp, generated: true }", false],
])("%s may be NULL: %s", (field, expected) => {
  const text = `resource: things\nversion: 1\nschema:\n  id: { type: uuid, primary: true, generated: true }\n  value: ${field}\n`;
  const value = parseResource(text, { file: "things.yaml" }).resource?.fields.find(({ name }) => name === "value");
  expect(value && isNullable(value)).toBe(expected);
});

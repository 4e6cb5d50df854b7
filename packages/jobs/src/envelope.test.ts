import { expect, test } from "vitest";
import { parseEnvelope, toEnvelope } from "./envelope.ts";
import { checkPayload, type SchemaIssue } from "./payload-schema.ts";

test("a payload comes back as it was stored, with its trace when it has one", () => {
  expect(parseEnvelope(structuredClone(toEnvelope([1], { traceparent: "00" })))).toEqual({
    payload: [1],
    trace: { traceparent: "00" },
  });
  expect(parseEnvelope(toEnvelope(null, {}))).toEqual({ payload: null });
});

test.each([null, undefined, 4, "text", {}, [], { data: 1 }])("%j was not stored by this library", (data) => {
  expect(parseEnvelope(data)).toBeUndefined();
});

test("of a trace only text is read", () => {
  expect(parseEnvelope({ payload: 1, trace: { a: "b", c: 4 } })).toEqual({ payload: 1, trace: { a: "b" } });
  expect(parseEnvelope({ payload: 1, trace: "00" })).toEqual({ payload: 1 });
});

test.each([
  { issue: { message: "is required" }, text: "is required" },
  { issue: { message: "is no number", path: ["a", 0, { key: "b" }] }, text: "a.0.b: is no number" },
])("an issue reads $text", async ({ issue, text }: { issue: SchemaIssue; text: string }) => {
  const schema = { "~standard": { version: 1, vendor: "test", validate: () => ({ issues: [issue] }) } } as const;
  expect(await checkPayload(schema, {})).toEqual({ problems: [text] });
});

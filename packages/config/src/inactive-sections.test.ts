import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { inactiveSections, OPTIONAL_SECTIONS } from "./inactive-sections.ts";
import { parseConfig } from "./parse-config.ts";

const secret = "Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MGFiY2RlZg";
const env = { DATABASE_URL: "postgres://h/d", OTHER_SECRET: secret, HOOK_SECRET: secret, PAYMENTS_SECRET: secret };
const everyKey = readFileSync(new URL("../fixtures/valid-every-key.yaml", import.meta.url), "utf8");

test.each([
  { what: "everything, when nothing is served", text: everyKey, supported: [], expected: OPTIONAL_SECTIONS },
  { what: "nothing, when everything is served", text: everyKey, supported: OPTIONAL_SECTIONS, expected: [] },
  { what: "nothing, when nothing is configured", text: "project: x", supported: [], expected: [] },
  { what: "nothing for one worker", text: "project: x\nworkers: 1", supported: [], expected: [] },
  { what: "a number of workers", text: "project: x\nworkers: 2", supported: [], expected: ["workers"] },
  {
    what: "what is configured and not served",
    text: "project: x\ngraphql: {}\nlogging: { slow_query_ms: 5, otlp_endpoint: http://h }",
    supported: ["logging.slow_query_ms"] as const,
    expected: ["graphql", "logging.otlp_endpoint"],
  },
])("inactive is $what", ({ text, supported, expected }) => {
  const { config } = parseConfig(text, { file: "f", env });
  expect(inactiveSections(config!, { supported })).toEqual(expected);
});

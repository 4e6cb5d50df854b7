import { readdirSync, readFileSync } from "node:fs";
import { parseYaml, toPlain } from "@shaperail/source";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { configJsonSchema } from "./config-json-schema.ts";

const folder = new URL("../fixtures/", import.meta.url);
const accepts = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true }).compile(
  configJsonSchema(),
);

function plain(text: string): unknown {
  const { root } = parseYaml(text, { file: "f" });
  // Through JSON: the validator wants objects with a prototype.
  return root && (JSON.parse(JSON.stringify(toPlain(root))) as unknown);
}

// The schema sees the file as it is written, so it cannot judge the environment, and accepts any text with `${`.
const beyondSchema = [
  "CONFIG_INVALID_URL",
  "CONFIG_BAD_PLACEHOLDER",
  "CONFIG_MISSING_VARIABLE",
  "CONFIG_INVALID_VARIABLE",
  "CONFIG_WEAK_SECRET",
];

test.each(readdirSync(folder).filter((name) => name.endsWith(".yaml") && name !== "CONFIG_SYNTAX.yaml"))(
  "the schema judges %s as the parser does, as far as it can",
  (name) => {
    const isAccepted = name.startsWith("valid-") || beyondSchema.includes(name.replace(".yaml", ""));
    expect(accepts(plain(readFileSync(new URL(name, folder), "utf8")))).toBe(isAccepted);
  },
);

test.each([
  "project: x\nport: 0",
  "project: x\nworkers: 0",
  "project: x\nprotocols: []",
  "project: x\nprotocols: [graphql]",
  "project: x\ndatabases: {}",
  "project: x\ndatabases: { default: { engine: postgres } }",
  "project: x\nauth: { provider: jwt, secret_env: A, expiry: 90 }",
  "project: x\nauth: { provider: jwt, secret_env: A, expiry: 1h, jwks_url: 'https://h' }",
  "project: x\nauth: { provider: jwt, secret_env: A, expiry: 1h, previous_secret_until: '2027-01-31T12:00:00Z' }",
  "project: x\nauth: { provider: jwt, algorithm: RS256 }",
  "project: x\nauth: { provider: jwt, algorithm: RS256, secret_env: A, expiry: 1h }",
  "project: x\nauth: { provider: jwt, algorithm: RS256, jwks_url: 'https://h', public_key_env: A }",
  "project: x\nevents: { subscribers: [{ event: a, targets: [{ type: job, url: x }] }] }",
  "project: x\nevents: { subscribers: [{ event: a }] }",
  "project: x\ngrpc: { reflection: 1 }",
  "project: x\nserver: { grace: 20 }",
  "project: x\nserver: { body_limit: 1 mb }",
  "project: x\nserver: { trust_proxy: true }",
  "project: x\nserver: { trust_proxy: 33 }",
  "project: x\nserver: { trust_proxy: [] }",
  "project: x\nserver: { trust_proxy: [loopback] }",
  "project: x\nrate_limit: { max_requests: 1 }",
  "project: x\nrate_limit: { auth: { max_requests: 0 } }",
  "project: x\ncors: {}",
  "project: x\ncors: { origins: [] }",
  "project: x\ncors: { origins: [app.example.org] }",
  "project: x\ncors: { origins: [https://app.example.org/] }",
])("the schema refuses %s", (text) => {
  expect(accepts(plain(text))).toBe(false);
});

test("every key has a description, and a default where there is one", () => {
  const schema = configJsonSchema();
  const properties = Object.values(schema["properties"] as Record<string, { description?: string }>);
  expect(properties.filter(({ description }) => description === undefined)).toEqual([]);
  expect(schema).toMatchObject({
    properties: { port: { default: 3000 }, workers: { default: "auto" } },
    required: ["project"],
  });
});

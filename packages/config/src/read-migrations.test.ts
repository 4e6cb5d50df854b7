import { expect, test } from "vitest";
import { parseConfig } from "./parse-config.ts";

const parse = (text: string): ReturnType<typeof parseConfig> =>
  parseConfig(`project: x\n${text}\n`, { file: "shaperail.config.yaml", env: { DATABASE_URL: "postgres://h/d" } });

test.each([
  { text: "", onPending: "refuse" },
  { text: "migrations: {}", onPending: "refuse" },
  { text: "migrations: { on_pending: warn }", onPending: "warn" },
])("with `$text` a server with pending migrations will $onPending", ({ text, onPending }) => {
  expect(parse(text).config?.migrations).toEqual({ onPending });
});

test.each([
  { text: "migrations: { on_pending: ignore }", code: "CONFIG_INVALID_VALUE" },
  { text: "migrations: { pending: warn }", code: "CONFIG_UNKNOWN_KEY" },
  { text: "migrations: warn", code: "CONFIG_WRONG_TYPE" },
])("`$text` is $code", ({ text, code }) => {
  const { config, diagnostics } = parse(text);
  expect(config).toBeUndefined();
  expect(diagnostics.map((diagnostic) => diagnostic.code)).toEqual([code]);
});

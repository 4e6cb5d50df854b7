import { expect, test } from "vitest";
import { parseConfig, type ParsedConfig } from "./parse-config.ts";

function parse(keys: string): ParsedConfig {
  const connection = `engine: postgres, url: "postgres://h/d"${keys === "" ? "" : `, ${keys}`}`;
  return parseConfig(`project: x\ndatabases: { default: { ${connection} } }`, { file: "f", env: {} });
}

test.each([
  { keys: "acquire_timeout: 250ms", expected: { acquireTimeoutMs: 250 } },
  { keys: "connect_timeout: 2s", expected: { connectTimeoutMs: 2_000 } },
  { keys: "query_timeout: 1m", expected: { queryTimeoutMs: 60_000 } },
  { keys: "statement_timeout: 1500ms", expected: { statementTimeoutMs: 1_500 } },
  { keys: "idle_in_transaction_timeout: 1d", expected: { idleInTransactionTimeoutMs: 86_400_000 } },
  { keys: "prepared_statements: auto", expected: { preparedStatements: "auto" } },
  { keys: "prepared_statements: true", expected: { preparedStatements: true } },
  { keys: "prepared_statements: false", expected: { preparedStatements: false } },
  { keys: "row_level_security: true", expected: { rowLevelSecurity: true } },
  { keys: "", expected: { poolSize: 20, acquireTimeoutMs: undefined, preparedStatements: undefined } },
])("`$keys` is read as $expected", ({ keys, expected }) => {
  const { config, diagnostics } = parse(keys);
  expect(diagnostics).toEqual([]);
  expect(config?.databases.default).toMatchObject(expected);
});

test.each([
  { keys: "acquire_timeout: 0ms", code: "CONFIG_INVALID_VALUE", message: "a duration from `1ms` to `1d`" },
  { keys: "statement_timeout: 2d", code: "CONFIG_INVALID_VALUE", message: "a duration from `1ms` to `1d`" },
  { keys: "query_timeout: 500", code: "CONFIG_WRONG_TYPE", message: "found the number 500" },
  { keys: "connect_timeout: 5 s", code: "CONFIG_INVALID_VALUE", message: "a duration from `1ms` to `1d`" },
  { keys: "prepared_statements: never", code: "CONFIG_INVALID_VALUE", message: "`auto`, true or false" },
  { keys: "prepared_statements: 1", code: "CONFIG_WRONG_TYPE", message: "found the number 1" },
  { keys: "querytimeout: 5s", code: "CONFIG_UNKNOWN_KEY", message: "Did you mean `query_timeout`?" },
])("`$keys` is refused", ({ keys, code, message }) => {
  expect(parse(keys).diagnostics).toMatchObject([{ code, message: expect.stringContaining(message) }]);
});

test("a lifetime of tokens stays in whole seconds", () => {
  const text = "project: x\nauth: { provider: jwt, secret_env: S, expiry: 500ms }";
  const env = { DATABASE_URL: "postgres://h/d", S: "k8Zq2-not-a-placeholder-4fJw9xLmPdRt" };
  expect(parseConfig(text, { file: "f", env }).diagnostics).toMatchObject([{ code: "CONFIG_INVALID_VALUE" }]);
});

import { expect, test } from "vitest";
import { parseConfig, type ParsedConfig } from "./parse-config.ts";

function parse(text: string): ParsedConfig {
  return parseConfig(`project: x\n${text}`, { file: "f", env: { DATABASE_URL: "postgres://h/d" } });
}

const builtIn = { maxRequests: 10, windowSeconds: 60 };

test.each([
  { text: "", expected: { default: undefined, auth: builtIn } },
  { text: "rate_limit: {}", expected: { default: undefined, auth: builtIn } },
  {
    text: "rate_limit: { max_requests: 100, window_secs: 30 }",
    expected: { default: { maxRequests: 100, windowSeconds: 30 }, auth: builtIn },
  },
  {
    text: "rate_limit: { auth: { max_requests: 3 } }",
    expected: { default: undefined, auth: { maxRequests: 3, windowSeconds: 60 } },
  },
])("`$text` means $expected", ({ text, expected }) => {
  expect(parse(text).config?.rateLimit).toEqual(expected);
});

test.each([
  { text: "5", code: "CONFIG_WRONG_TYPE", message: "`rate_limit` must be a map" },
  { text: "{ auth: 5 }", code: "CONFIG_WRONG_TYPE", message: "`rate_limit.auth` must be a map" },
  { text: "{ max_requests: 5 }", code: "CONFIG_MISSING_KEY", message: "missing field `window_secs` in `rate_limit`" },
  { text: "{ window_secs: 5 }", code: "CONFIG_MISSING_KEY", message: "missing field `max_requests` in `rate_limit`" },
  { text: "{ max_requests: 0, window_secs: 5 }", code: "CONFIG_INVALID_VALUE", message: "from 1 to 100000" },
  { text: "{ max_requests: 5, window_secs: 1m }", code: "CONFIG_WRONG_TYPE", message: "from 1 to 86400" },
  { text: "{ auth: { window_secs: 0 } }", code: "CONFIG_INVALID_VALUE", message: "`rate_limit.auth.window_secs`" },
  { text: "{ window_sec: 5 }", code: "CONFIG_UNKNOWN_KEY", message: "Did you mean `window_secs`?" },
  {
    text: "{ auth: { max: 5 } }",
    code: "CONFIG_UNKNOWN_KEY",
    message: "expected one of `max_requests`, `window_secs`",
  },
])("`rate_limit: $text` is refused", ({ text, code, message }) => {
  const { config, diagnostics } = parse(`rate_limit: ${text}`);
  expect(config).toBeUndefined();
  expect(diagnostics).toMatchObject([{ code, message: expect.stringContaining(message) }]);
});

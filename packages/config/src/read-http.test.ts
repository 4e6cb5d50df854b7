import { expect, test } from "vitest";
import { type Environment, parseConfig, type ParsedConfig } from "./parse-config.ts";

function parse(text: string, env: Environment = {}): ParsedConfig {
  return parseConfig(`project: x\n${text}`, { file: "f", env: { DATABASE_URL: "postgres://h/d", ...env } });
}

test.each([
  { text: "", env: {}, drainDelayMs: 0 },
  { text: "server: {}", env: {}, drainDelayMs: 0 },
  { text: "server: { drain_delay: 5s }", env: {}, drainDelayMs: 5_000 },
  { text: "server: { drain_delay: 0s }", env: {}, drainDelayMs: 0 },
  { text: "server: { drain_delay: 5s }", env: { SHAPERAIL_DRAIN_DELAY: "0s" }, drainDelayMs: 0 },
  { text: "", env: { SHAPERAIL_DRAIN_DELAY: "15s" }, drainDelayMs: 15_000 },
  { text: "server: { drain_delay: 5s }", env: { SHAPERAIL_DRAIN_DELAY: "" }, drainDelayMs: 5_000 },
])("with `$text` and $env the drain delay is $drainDelayMs ms", ({ text, env, drainDelayMs }) => {
  expect(parse(text, env).config?.server.drainDelayMs).toBe(drainDelayMs);
});

test.each([
  { text: "drain_delay: 5", code: "CONFIG_WRONG_TYPE", message: "a duration from `0s` to `5m`, found the number 5" },
  { text: "drain_delay: 6m", code: "CONFIG_INVALID_VALUE", message: "a duration from `0s` to `5m`" },
  { text: "grace: 0s", code: "CONFIG_INVALID_VALUE", message: "a duration from `1s` to `1h`" },
  { text: "request_timeout: 2h", code: "CONFIG_INVALID_VALUE", message: "a duration from `1s` to `1h`" },
  { text: "body_limit: 1 MB", code: "CONFIG_INVALID_VALUE", message: "a size from `1kb` to `100mb`, found the text" },
  { text: "body_limit: 101mb", code: "CONFIG_INVALID_VALUE", message: "a size from `1kb` to `100mb`" },
  { text: "body_limits: 1mb", code: "CONFIG_UNKNOWN_KEY", message: "Did you mean `body_limit`?" },
])("`server: { $text }` is refused", ({ text, code, message }) => {
  const { config, diagnostics } = parse(`server: { ${text} }`);
  expect(config).toBeUndefined();
  expect(diagnostics).toMatchObject([{ code, message: expect.stringContaining(message) }]);
});

test.each([
  { text: "", trustProxy: 0 },
  { text: "server: { trust_proxy: 2 }", trustProxy: 2 },
  { text: 'server: { trust_proxy: "${PROXIES:0}" }', trustProxy: undefined },
  { text: "server:\n  trust_proxy: ${PROXIES:1}", trustProxy: 1 },
  {
    text: "server: { trust_proxy: [10.0.0.0/8, 192.0.2.1, fd00::/8] }",
    trustProxy: ["10.0.0.0/8", "192.0.2.1", "fd00::/8"],
  },
])("with `$text` the trusted proxies are $trustProxy", ({ text, trustProxy }) => {
  expect(parse(text).config?.server.trustProxy).toEqual(trustProxy);
});

test.each([
  { value: "true", code: "CONFIG_WRONG_TYPE", message: "how many proxies are in front of the server" },
  { value: "10.0.0.0/8", code: "CONFIG_WRONG_TYPE", message: "or a list of their addresses and networks" },
  { value: "-1", code: "CONFIG_INVALID_VALUE", message: "from 0 to 32" },
  { value: "1.5", code: "CONFIG_INVALID_VALUE", message: "from 0 to 32" },
  { value: "[]", code: "CONFIG_INVALID_VALUE", message: "a list of their addresses" },
  { value: "[10.0.0.0/33]", code: "CONFIG_INVALID_VALUE", message: "a network such as `10.0.0.0/8`" },
  { value: "['fd00::/129']", code: "CONFIG_INVALID_VALUE", message: "a network such as `10.0.0.0/8`" },
  { value: "[10.0.0/8]", code: "CONFIG_INVALID_VALUE", message: "a network such as `10.0.0.0/8`" },
  { value: "[loopback]", code: "CONFIG_INVALID_VALUE", message: "a network such as `10.0.0.0/8`" },
  { value: "[7]", code: "CONFIG_WRONG_TYPE", message: "a network such as `10.0.0.0/8`" },
])("`server.trust_proxy: $value` is refused", ({ value, code, message }) => {
  const { config, diagnostics } = parse(`server: { trust_proxy: ${value} }`);
  expect(config).toBeUndefined();
  expect(diagnostics).toMatchObject([{ code, message: expect.stringContaining(message) }]);
});

test("a wrong SHAPERAIL_DRAIN_DELAY is refused", () => {
  expect(parse("", { SHAPERAIL_DRAIN_DELAY: "5" }).diagnostics).toMatchObject([
    {
      code: "CONFIG_INVALID_VARIABLE",
      message: "environment variable 'SHAPERAIL_DRAIN_DELAY' must be a duration from `0s` to `5m`, found `5`.",
    },
  ]);
});

test.each([
  { origins: "[https://app.example.org]", read: ["https://app.example.org"] },
  { origins: '["${APP_ORIGIN}", "http://[::1]:3000"]', read: ["https://app.test:8443", "http://[::1]:3000"] },
  { origins: "[capacitor://localhost]", read: ["capacitor://localhost"] },
  { origins: '["*"]', read: ["*"] },
])("the origins $origins are read", ({ origins, read }) => {
  const { config } = parse(`cors: { origins: ${origins} }`, { APP_ORIGIN: "https://app.test:8443" });
  expect(config?.cors).toEqual({ origins: read, credentials: false, maxAgeSeconds: 600 });
});

test.each([
  "https://app.example.org/",
  "https://app.example.org/path",
  "https://app.example.org:443",
  "https://App.example.org",
  "https://*.example.org",
  "https://user@app.example.org",
  "app.example.org",
  "null",
])("the origin `%s` is refused: no browser sends it", (origin) => {
  const { config, diagnostics } = parse(`cors: { origins: ["${origin}"] }`);
  expect(config).toBeUndefined();
  expect(diagnostics).toMatchObject([
    { code: "CONFIG_INVALID_VALUE", message: expect.stringContaining("`cors.origins` must be an origin such as") },
  ]);
});

test.each([
  { text: "origins: []", code: "CONFIG_INVALID_VALUE", message: "a list of at least 1" },
  { text: "origins: https://a.example", code: "CONFIG_WRONG_TYPE", message: "`cors.origins` must be a list" },
  { text: "credentials: true", code: "CONFIG_MISSING_KEY", message: "missing field `origins` in `cors`" },
  { text: "origins: ['*'], max_age_seconds: -1", code: "CONFIG_INVALID_VALUE", message: "from 0 to 86400" },
  { text: "origins: ['*'], origin: x", code: "CONFIG_UNKNOWN_KEY", message: "Did you mean `origins`?" },
  { text: "origins: ['*'], credentials: true", code: "CONFIG_INVALID_VALUE", message: "for the origin `*`" },
])("`cors: { $text }` is refused", ({ text, code, message }) => {
  const { config, diagnostics } = parse(`cors: { ${text} }`);
  expect(config).toBeUndefined();
  expect(diagnostics).toMatchObject([{ code, message: expect.stringContaining(message) }]);
});

test("credentials for every origin are refused where they stand", () => {
  const { diagnostics } = parse('cors:\n  origins: ["*"]\n  credentials: true');
  expect(diagnostics[0]?.span?.start).toMatchObject({ line: 4, column: 16 });
});

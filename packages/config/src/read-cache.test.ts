import { expect, test } from "vitest";
import { parseConfig } from "./parse-config.ts";

const parse = (text: string, env: Readonly<Record<string, string>> = {}) =>
  parseConfig(`project: x\n${text}`, { file: "f", env: { DATABASE_URL: "postgres://h/d", ...env } });

const DEFAULTS = { maxBytes: 16 * 1_024 * 1_024, maxEntries: 5_000, maxSilenceMs: 500 };

test.each([
  { what: "nothing", near: "", expected: undefined },
  { what: "false", near: ", near: false", expected: undefined },
  { what: "true", near: ", near: true", expected: DEFAULTS },
  { what: "a variable", near: ', near: "${NEAR:true}"', expected: undefined },
  { what: "an empty map", near: ", near: {}", expected: DEFAULTS },
  { what: "one bound", near: ", near: { max_bytes: 64kb }", expected: { ...DEFAULTS, maxBytes: 65_536 } },
  {
    what: "every bound",
    near: ", near: { max_bytes: 1mb, max_entries: 10, max_silence: 2s }",
    expected: { maxBytes: 1_048_576, maxEntries: 10, maxSilenceMs: 2_000 },
  },
])("what each process keeps of its own, said with $what", ({ what, near, expected }) => {
  const { config, diagnostics } = parse(`cache: { type: redis, url: redis://h${near} }`);
  // A quoted placeholder stays text, which is no switch.
  expect(diagnostics.map(({ code }) => code)).toEqual(what === "a variable" ? ["CONFIG_WRONG_TYPE"] : []);
  expect(config?.cache?.near).toEqual(expected);
});

test("an unquoted variable may switch it", () => {
  const { config } = parse("cache:\n  type: redis\n  url: redis://h\n  near: ${NEAR:false}", { NEAR: "true" });
  expect(config?.cache?.near).toEqual(DEFAULTS);
});

test.each([
  { near: "{ max_bytes: 1kb }", message: "`cache.near.max_bytes` must be a size from `64kb` to `4096mb`" },
  { near: "{ bytes: 1 }", message: "unknown field `bytes`" },
  { near: "[]", message: "`cache.near` must be true or false" },
])("near: $near is refused", ({ near, message }) => {
  const { config, diagnostics } = parse(`cache: { type: redis, url: redis://h, near: ${near} }`);
  expect(config).toBeUndefined();
  expect(diagnostics.map((diagnostic) => diagnostic.message)).toEqual([expect.stringContaining(message)]);
});

test.each([
  { url: "redis+sentinel://:pw@a:26379,b:26379/main/0", accepted: true },
  { url: "rediss+cluster://a:6379,b:6379", accepted: true },
  { url: "redis+sentinel://", accepted: false },
  { url: "redis+other://a", accepted: false },
  { url: "redis://a:1,b:2", accepted: false },
])("the URL $url is accepted: $accepted", ({ url, accepted }) => {
  const { diagnostics } = parse(`cache: { type: redis, url: "${url}" }`);
  expect(diagnostics.map(({ code }) => code)).toEqual(accepted ? [] : ["CONFIG_INVALID_URL"]);
});

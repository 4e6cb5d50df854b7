import { inspect } from "node:util";
import { expect, test } from "vitest";
import { toCacheError } from "./redis-error.ts";

function reply(message: string): Error {
  const error = new Error(message);
  error.name = "ReplyError";
  return Object.assign(error, { command: { name: "auth", args: ["app", "secret"] } });
}

test.each([
  { error: Object.assign(new Error("connect"), { code: "ECONNREFUSED" }), code: "CACHE_UNAVAILABLE", details: {} },
  { error: new Error("Connection is closed."), code: "CACHE_UNAVAILABLE", details: {} },
  { error: "thrown", code: "CACHE_UNAVAILABLE", details: {} },
  { error: new Error("Command timed out"), code: "CACHE_TIMEOUT", details: {} },
  { error: reply("WRONGPASS invalid username-password pair"), code: "CACHE_AUTHENTICATION_FAILED", details: {} },
  { error: reply("NOAUTH Authentication required."), code: "CACHE_AUTHENTICATION_FAILED", details: {} },
  { error: reply("ERR invalid password"), code: "CACHE_AUTHENTICATION_FAILED", details: {} },
  {
    error: Object.assign(new Error("x"), { code: "SELF_SIGNED_CERT_IN_CHAIN" }),
    code: "CACHE_TLS_FAILED",
    details: {},
  },
  {
    error: Object.assign(new Error("x"), { code: "ERR_SSL_WRONG_VERSION_NUMBER" }),
    code: "CACHE_TLS_FAILED",
    details: {},
  },
  {
    error: reply("OOM command not allowed when used memory > 'maxmemory'."),
    code: "CACHE_COMMAND_FAILED",
    details: { reply: "OOM" },
  },
  {
    error: reply("ERR unknown command 'AUTH', with args beginning with: 'secret'"),
    code: "CACHE_COMMAND_FAILED",
    details: { reply: "ERR" },
  },
  {
    error: Object.assign(new Error("All failed"), { lastNodeError: reply("WRONGPASS secret") }),
    code: "CACHE_AUTHENTICATION_FAILED",
    details: {},
  },
])("$error is $code, with a hint and without an argument", ({ error, code, details }) => {
  const translated = toCacheError(error, "redis://host:6379/0");
  expect(translated).toMatchObject({ code, details, hint: expect.any(String) });
  expect(translated.message).toContain("redis://host:6379/0");
  expect(inspect(translated, { depth: 10 })).not.toContain("secret");
});

test("what is translated already stays what it is", () => {
  const translated = toCacheError(new Error("x"), "a");
  expect(toCacheError(translated, "b")).toBe(translated);
});

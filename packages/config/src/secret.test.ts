import { inspect } from "node:util";
import { expect, test } from "vitest";
import { createSecret, isSecret, maskUrl, weaknessOf } from "./secret.ts";

test("a secret shows itself only when asked to", () => {
  const secret = createSecret("hunter2");
  expect(secret.reveal()).toBe("hunter2");
  expect(
    [String(secret), JSON.stringify({ secret }), inspect({ secret }), inspect(secret, { depth: 9 })].join(" "),
  ).not.toContain("hunter2");
});

test.each([
  { value: createSecret("x"), expected: true },
  { value: "x", expected: false },
  { value: null, expected: false },
  { value: { reveal: 1 }, expected: false },
])("isSecret($value) is $expected", ({ value, expected }) => {
  expect(isSecret(value)).toBe(expected);
});

test.each([
  { secret: "Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MGFiY2RlZg==", weakness: undefined },
  { secret: "Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MGE", weakness: "is shorter than 32 bytes" },
  { secret: "", weakness: "is shorter than 32 bytes" },
  { secret: "abababababababababababababababababab", weakness: "is a repetition or a sequence" },
  { secret: "passwordpasswordpasswordpassword", weakness: "is a repetition or a sequence" },
  { secret: "abcdefghijklmnopqrstuvwxyz0123456789", weakness: "is a repetition or a sequence" },
  { secret: "a-long-random-string-at-least-32-chars", weakness: "looks like a placeholder" },
  { secret: "dev-secret-0123456789-change-in-production", weakness: "looks like a placeholder" },
  { secret: "your-super-secret-key-0123456789-abcdef", weakness: "looks like a placeholder" },
  { secret: "CHANGEME", weakness: "looks like a placeholder" },
  { secret: "żółwięćäöüßñøåœ-18-chars", weakness: undefined },
])("the secret `$secret` $weakness", ({ secret, weakness }) => {
  expect(weaknessOf(secret)).toBe(weakness);
});

test.each([
  {
    url: "postgresql://user:pw@host:5432/db?sslmode=require",
    masked: "postgresql://user:***@host:5432/db?sslmode=require",
  },
  { url: "postgresql://user:p@w@host/db", masked: "postgresql://user:***@host/db" },
  { url: "redis://:pw@host:6379/0", masked: "redis://:***@host:6379/0" },
  { url: "redis://host:6379", masked: "redis://host:6379" },
  { url: "postgres:///db?host=/run&password=pw&a=b", masked: "postgres:///db?host=/run&password=***&a=b" },
  { url: "https://example.com/hook?token=abc#x", masked: "https://example.com/hook?token=***#x" },
  { url: "not a url", masked: "not a url" },
])("$url is shown as $masked", ({ url, masked }) => {
  expect(maskUrl(url)).toBe(masked);
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { digestOf, formatToken, parseToken, randomSecret } from "./opaque-token.ts";

test("a token has its prefix and 48 characters, 256 bits of them random", () => {
  const secrets = Array.from({ length: 100 }, randomSecret);
  expect(new Set(secrets.map((secret) => secret.toString("hex"))).size).toBe(100);
  for (const secret of secrets) {
    expect(secret).toHaveLength(32);
    expect(formatToken("sk_", secret)).toMatch(/^sk_[A-Za-z0-9_-]{48}$/);
    expect(parseToken("sk_", formatToken("sk_", secret))).toEqual(secret);
  }
});

test("a token with one character changed, swapped or missing, or of another kind, is none", () => {
  const token = formatToken("sk_", Buffer.alloc(32, "shaperail"));
  for (let index = 0; index < token.length; index += 1) {
    const other = token[index] === "A" ? "B" : "A";
    expect(parseToken("sk_", token.slice(0, index) + other + token.slice(index + 1))).toBeUndefined();
    expect(parseToken("sk_", token.slice(0, index) + token.slice(index + 1))).toBeUndefined();
  }
  expect(parseToken("srr_", `srr_${token.slice(3)}`)).toBeUndefined();
  expect(parseToken("sk_", `${token}\n`)).toBeUndefined();
  expect(parseToken("sk_", ` ${token}`)).toBeUndefined();
});

test("no text that is not a token is taken for one", () => {
  expect.hasAssertions();
  // A property whose function gives anything back is judged by that.
  const check = (text: string): void => {
    expect(parseToken("sk_", text)).toBeUndefined();
  };
  fc.assert(fc.property(fc.string({ maxLength: 80 }), check));
  fc.assert(fc.property(fc.base64String({ maxLength: 64 }), (text) => check(`sk_${text}`)));
});

test("the digest is SHA-256", () => {
  const hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  expect(digestOf("abc").toString("hex")).toBe(hex);
});

import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { findSecretWeakness } from "./secret-weakness.ts";

test.each([
  { secret: "", weakness: "is shorter than 32 bytes" },
  { secret: "Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MGE", weakness: "is shorter than 32 bytes" },
  { secret: "CHANGEME", weakness: "looks like a placeholder" },
  { secret: "staging-jwt-secret-change-in-production", weakness: "looks like a placeholder" },
  { secret: "your-production-jwt-secret-at-least-32-characters", weakness: "looks like a placeholder" },
  { secret: "a-long-random-string-at-least-32-chars", weakness: "looks like a placeholder" },
  { secret: "a".repeat(64), weakness: "is a repetition or a sequence" },
  { secret: "passwordpasswordpasswordpassword", weakness: "is a repetition or a sequence" },
  { secret: "super-secret-key-super-secret-key-", weakness: "is a repetition or a sequence" },
  { secret: "12345678901234567890123456789012", weakness: "is a repetition or a sequence" },
  { secret: "abcdefghijklmnopqrstuvwxyz0123456789", weakness: "is a repetition or a sequence" },
  { secret: "zyxwvutsrqponmlkjihgfedcba9876543210", weakness: "is a repetition or a sequence" },
  { secret: "Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MGFiY2RlZg==", weakness: undefined },
])("the secret `$secret` $weakness", ({ secret, weakness }) => {
  expect(findSecretWeakness(secret)).toBe(weakness);
});

test("nothing speaks against random bytes, however they are written", () => {
  for (let round = 0; round < 1_000; round += 1) {
    expect(findSecretWeakness(randomBytes(32).toString("hex"))).toBeUndefined();
    expect(findSecretWeakness(randomBytes(16).toString("hex"))).toBeUndefined();
    expect(findSecretWeakness(randomBytes(48).toString("base64"))).toBeUndefined();
    expect(findSecretWeakness(randomBytes(24).toString("base64url"))).toBeUndefined();
  }
});

import { expect, test } from "vitest";
import * as auth from "./index.ts";

test("the package exports exactly this", () => {
  expect(Object.keys(auth).toSorted()).toEqual([
    "AuthError",
    "AuthSetupError",
    "createCredentialsLimit",
    "createIssuer",
    "createLimit",
    "createMemoryRateLimitStore",
    "createRateLimiter",
    "createRedisRateLimitStore",
    "createVerifier",
    "findSecretWeakness",
    "rateLimitHeaders",
    "rateLimitKey",
  ]);
});

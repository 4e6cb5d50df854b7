import { expect, test } from "vitest";
import * as auth from "./index.ts";

test("the package exports exactly this", () => {
  expect(Object.keys(auth).toSorted()).toEqual([
    "AuthError",
    "AuthSetupError",
    "authOf",
    "createApiKeys",
    "createAuthenticator",
    "createCredentialsLimit",
    "createIssuer",
    "createLimit",
    "createRateLimiter",
    "createRedisRateLimitStore",
    "createSessions",
    "createTokenService",
    "createVerifier",
    "decide",
    "findSecretWeakness",
    "rateLimit",
    "rateLimitHeaders",
    "rateLimitKey",
    "readCredentials",
    "requireAuth",
    "requireRole",
  ]);
});

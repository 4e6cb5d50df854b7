import { expect, test } from "vitest";
import { createAuthenticator } from "./authenticator.ts";

const verifier = { verify: (token: string) => ({ sub: token, role: "user", tenantId: undefined }) };
const apiKeys = { verify: (key: string) => ({ sub: key, role: "robot", tenantId: undefined }) };

test("a bearer token is asked for first, and answered at once when the verifier does", () => {
  const { authenticate } = createAuthenticator({ verifier, apiKeys });
  expect(authenticate({ authorization: "Bearer u1", "x-api-key": "k1" })).toMatchObject({ sub: "u1", role: "user" });
  expect(authenticate({ "x-api-key": "k1" })).toMatchObject({ sub: "k1", role: "robot" });
  expect(authenticate({})).toBeUndefined();
});

test("where no API keys are used, the header belongs to somebody else", () => {
  expect(createAuthenticator({ verifier }).authenticate({ "x-api-key": "k1" })).toBeUndefined();
});

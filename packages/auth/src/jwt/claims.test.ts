import { expect, test } from "vitest";
import { type Claims, type ClaimRules, readClaims } from "./claims.ts";
import { CLAIMS, failureOf, NOW } from "./token.test-kit.ts";

const rules: ClaimRules = { issuer: undefined, audience: undefined, toleranceSeconds: 60 };

function read(
  changes: object,
  { nowMs = NOW * 1_000, ...changedRules }: Partial<ClaimRules> & { nowMs?: number } = {},
): Claims {
  return readClaims({ ...CLAIMS, ...changes }, { ...rules, ...changedRules }, nowMs);
}

test("the claims are those of the payload, frozen, and what is absent is undefined", () => {
  const claims = read({ tenant_id: "t1", jti: "j", sid: "s", plan: "gold" });
  expect(claims).toMatchObject({
    sub: "u1",
    role: "editor",
    tenantId: "t1",
    tokenId: "j",
    sessionId: "s",
    iat: NOW - 10,
    exp: NOW + 3_600,
  });
  expect(claims.payload["plan"]).toBe("gold");
  expect(Object.isFrozen(claims)).toBe(true);
  expect(read({ iat: undefined })).toMatchObject({
    iat: undefined,
    tenantId: undefined,
    tokenId: undefined,
    sessionId: undefined,
  });
});

test.each([
  { what: "exp just now, within the tolerance", changes: { exp: NOW - 59 } },
  { what: "exp with a fraction", changes: { exp: NOW + 0.5 } },
  { what: "nbf ahead within the tolerance", changes: { nbf: NOW + 60 } },
  { what: "iat ahead within the tolerance", changes: { iat: NOW + 60 } },
  { what: "exp in the year 9999", changes: { exp: 253_402_300_799 } },
  { what: "no iat", changes: { iat: undefined } },
  { what: "token_type access", changes: { token_type: "access" } },
  { what: "tenant_id null", changes: { tenant_id: null } },
  { what: "text beyond ASCII", changes: { sub: "użytkownik-🦊" } },
])("accepted: $what", ({ changes }) => {
  expect(read(changes).role).toBe("editor");
});

test.each([
  { what: "exp a tolerance ago", changes: { exp: NOW - 60 }, code: "AUTH_TOKEN_EXPIRED", reason: "expired" },
  { what: "exp long ago", changes: { exp: 0 }, code: "AUTH_TOKEN_EXPIRED", reason: "expired" },
  { what: "no exp", changes: { exp: undefined }, reason: "`exp` is missing" },
  { what: "exp null", changes: { exp: null }, reason: "`exp`" },
  { what: "exp as text", changes: { exp: String(NOW + 60) }, reason: "`exp`" },
  { what: "exp in milliseconds", changes: { exp: NOW * 1_000 }, reason: "`exp`" },
  { what: "exp infinite", changes: { exp: Infinity }, reason: "`exp`" },
  { what: "exp not a number", changes: { exp: NaN }, reason: "`exp`" },
  { what: "exp negative", changes: { exp: -1 }, reason: "`exp`" },
  { what: "nbf beyond the tolerance", changes: { nbf: NOW + 61 }, reason: "`nbf` is in the future" },
  { what: "nbf as text", changes: { nbf: "1" }, reason: "`nbf`" },
  { what: "iat beyond the tolerance", changes: { iat: NOW + 61 }, reason: "`iat` is in the future" },
  { what: "iat as a list", changes: { iat: [1] }, reason: "`iat`" },
  { what: "no sub", changes: { sub: undefined }, reason: "`sub`" },
  { what: "sub empty", changes: { sub: "" }, reason: "`sub`" },
  { what: "sub a number", changes: { sub: 7 }, reason: "`sub`" },
  { what: "sub with a NUL, which no SQL takes", changes: { sub: "u1\u0000" }, reason: "`sub`" },
  { what: "sub with a line break", changes: { sub: "u1\n" }, reason: "`sub`" },
  { what: "sub with half a character", changes: { sub: "\ud800" }, reason: "`sub`" },
  { what: "no role", changes: { role: undefined }, reason: "`role`" },
  { what: "role as a list", changes: { role: ["admin"] }, reason: "`role`" },
  { what: "role null", changes: { role: null }, reason: "`role`" },
  { what: "tenant_id a number", changes: { tenant_id: 7 }, reason: "`tenant_id`" },
  { what: "tenant_id empty", changes: { tenant_id: "" }, reason: "`tenant_id`" },
  { what: "jti an object", changes: { jti: {} }, reason: "`jti`" },
  { what: "token_type refresh", changes: { token_type: "refresh" }, reason: 'token_type must be "access"' },
  { what: "token_type null", changes: { token_type: null }, reason: 'token_type must be "access"' },
  { what: "another case of token_type", changes: { token_type: "Access" }, reason: 'token_type must be "access"' },
])("refused: $what", async ({ changes, code = "AUTH_TOKEN_CLAIM_INVALID", reason }) => {
  const error = await failureOf(() => read(changes));
  expect(error).toMatchObject({ code, status: 401, reason: expect.stringContaining(reason) });
});

test.each([
  { configured: undefined, aud: undefined, isAccepted: true },
  { configured: undefined, aud: "api", isAccepted: false },
  { configured: undefined, aud: [], isAccepted: false },
  { configured: "api", aud: "api", isAccepted: true },
  { configured: "api", aud: ["web", "api"], isAccepted: true },
  { configured: "api", aud: undefined, isAccepted: false },
  { configured: "api", aud: "API", isAccepted: false },
  { configured: "api", aud: ["web"], isAccepted: false },
  { configured: "api", aud: { api: true }, isAccepted: false },
])("for the audience $configured, aud $aud is accepted: $isAccepted", async ({ configured, aud, isAccepted }) => {
  const error = await failureOf(() => read({ aud }, { audience: configured }));
  expect(error === undefined).toBe(isAccepted);
});

test.each([
  { configured: undefined, iss: "https://a.example", isAccepted: true },
  { configured: "https://a.example", iss: "https://a.example", isAccepted: true },
  { configured: "https://a.example", iss: "https://a.example/", isAccepted: false },
  { configured: "https://a.example", iss: ["https://a.example"], isAccepted: false },
  { configured: "https://a.example", iss: undefined, isAccepted: false },
])("for the issuer $configured, iss $iss is accepted: $isAccepted", async ({ configured, iss, isAccepted }) => {
  const error = await failureOf(() => read({ iss }, { issuer: configured }));
  expect(error === undefined).toBe(isAccepted);
});
